import type { Locator, Page } from 'playwright-core';

export type Screen = 'Chat' | 'Explorer' | 'Activity' | 'Accounts' | 'Backups' | 'Settings';

/** What a person does on the screens, by the names they see. */
export class AppPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async openSample(): Promise<void> {
    await this.page.getByRole('button', { name: 'Open the sample estate' }).click();
  }

  async connectProfiles(names: string[]): Promise<void> {
    await this.page.getByRole('button', { name: 'Use my AWS profiles' }).click();
    for (const name of names)
      await this.page.getByRole('checkbox', { name: new RegExp(`^${name}\\b`) }).check();
    await this.page.getByRole('button', { name: /^Connect \d+ profile/ }).click();
    await this.page.getByRole('button', { name: 'Start the scan' }).click();
  }

  async go(screen: Screen): Promise<void> {
    await this.page
      .getByRole('navigation', { name: 'Screens' })
      .getByRole('button', { name: screen })
      .click();
  }

  /** Resolves when the status bar says that all cells were read. */
  async scanEnds(): Promise<void> {
    await this.go('Accounts');
    await this.page
      .getByRole('region', { name: 'Scan' })
      .getByText('done', { exact: true })
      .waitFor({ timeout: 120_000 });
  }

  async search(text: string): Promise<void> {
    await this.go('Explorer');
    await this.page.getByLabel('Search resources').fill(text);
  }

  row(name: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  async say(text: string): Promise<void> {
    await this.go('Chat');
    await this.page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
    await this.page.getByRole('button', { name: 'Send' }).click();
  }

  async newConversation(): Promise<void> {
    await this.go('Chat');
    await this.page.getByRole('button', { name: 'New conversation' }).click();
  }

  /** The newest plan card. */
  get plan(): Locator {
    return this.page.getByRole('article', { name: /^Plan/ }).last();
  }

  async approve(): Promise<void> {
    await this.page.getByRole('button', { name: 'Approve and run' }).last().click();
  }
}
