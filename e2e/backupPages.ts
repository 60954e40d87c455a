import type { Locator } from 'playwright-core';
import { AppPage } from './pages.ts';

export interface BucketAnswers {
  bucket: string;
  region: string;
  profile: string;
}

export type WizardSecret = { recovery: string } | { passphrase: string };

/** Backups, keys and the restore wizard, as a person uses them. */
export class BackupPage extends AppPage {
  /** The recovery key as it was shown, its groups parted by blanks. */
  async makeRecoveryKey(): Promise<string> {
    await this.go('Settings');
    await this.page.getByRole('button', { name: /^Make a (recovery key|new one)$/ }).click();
    return this.keepRecoveryKey();
  }

  /** From the dialog that shows it. */
  async keepRecoveryKey(): Promise<string> {
    const dialog = this.page.getByRole('dialog');
    const items = dialog.getByRole('list', { name: 'Recovery key' }).getByRole('listitem');
    await items.first().waitFor();
    const groups = (await items.allInnerTexts()).map((text) => text.trim().split(/\s+/).at(-1) ?? '');
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await this.#typeAskedGroups(dialog, groups);
    await dialog.getByRole('button', { name: 'Finish' }).click();
    await dialog.waitFor({ state: 'detached' });
    return groups.join(' ');
  }

  async setPassphrase(passphrase: string): Promise<void> {
    await this.go('Settings');
    await this.page.getByRole('button', { name: 'Set a passphrase' }).click();
    await this.typeNewPassphrase(passphrase, 'Set the passphrase');
  }

  /** Into the open dialog, whose button has that name. */
  async typeNewPassphrase(passphrase: string, button: string): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await dialog.getByLabel('The same again', { exact: true }).fill(passphrase);
    await dialog.getByRole('button', { name: button }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  async configureBucket({ bucket, region, profile }: BucketAnswers): Promise<void> {
    await this.go('Backups');
    await this.page.getByRole('switch', { name: 'Also keep backups in S3' }).check({ force: true });
    await this.#fillBucket({ bucket, region, profile });
    await this.page.getByRole('button', { name: 'Check the bucket and save' }).click();
  }

  /** Resolves when the job of this name has ended well; rejects with its own words when it failed. */
  async jobEnds(name: string): Promise<string> {
    const job = this.page.getByRole('region', { name, exact: true });
    await job
      .getByText(/^(done|failed|cancelled)$/)
      .first()
      .waitFor({ timeout: 120_000 });
    const words = await job.getByRole('status').innerText();
    if ((await job.getAttribute('data-state')) !== 'done') throw new Error(`${name}: ${words}`);
    return words;
  }

  async backUpNow(): Promise<string> {
    await this.go('Backups');
    await this.page.getByRole('button', { name: 'Back up now' }).waitFor();
    // What became of the one before would be taken for the end of this one.
    const before = this.page.getByRole('region', { name: 'Backup', exact: true });
    if ((await before.count()) > 0) await before.getByRole('button', { name: 'Dismiss' }).click();
    await this.page.getByRole('button', { name: 'Back up now' }).click();
    return this.jobEnds('Backup');
  }

  /** The rows of the list of backups that lie there. */
  backups(place: string): Locator {
    return this.page
      .getByRole('row')
      .filter({ has: this.page.getByRole('cell', { name: place, exact: true }) });
  }

  heading(title: string): Locator {
    return this.page.getByRole('heading', { level: 1, name: title });
  }

  /** Resolves on that page of the wizard; rejects with what it says instead of going there. */
  async wizardAt(title: string): Promise<void> {
    const alert = this.page.getByRole('alert');
    await this.heading(title).or(alert).first().waitFor();
    if (!(await this.heading(title).isVisible())) throw new Error(await alert.first().innerText());
  }

  /** On the key and the lock screen. */
  async unlockWith(secret: WizardSecret): Promise<void> {
    await this.typeSecret(secret);
    await this.page.getByRole('button', { name: 'Unlock', exact: true }).click();
  }

  /** From an open wizard: the place is typed and looked up. */
  async lookInBucket(answers: BucketAnswers): Promise<void> {
    await this.heading('Where is the backup?').waitFor();
    // Writing anew what stands there is no change, and what was said of the try before would stay.
    await this.page.getByLabel('Bucket', { exact: true }).fill('');
    await this.page.getByRole('alert').first().waitFor({ state: 'detached' });
    await this.#fillBucket(answers);
    await this.page.getByRole('button', { name: 'Look for backups' }).click();
  }

  async lookInBucketWithKeys(
    { bucket, region }: Omit<BucketAnswers, 'profile'>,
    key: { accessKeyId: string; secretAccessKey: string },
  ): Promise<void> {
    await this.wizardAt('Where is the backup?');
    await this.page.getByLabel('Bucket', { exact: true }).fill(bucket);
    await this.page.getByLabel('Region', { exact: true }).fill(region);
    await this.page.getByText('Keys typed here').click();
    await this.page.getByLabel('Access key id', { exact: true }).fill(key.accessKeyId);
    await this.page.getByLabel('Secret access key', { exact: true }).fill(key.secretAccessKey);
    await this.page.getByRole('button', { name: 'Look for backups' }).click();
  }

  async lookInFile(path: string): Promise<void> {
    await this.wizardAt('Where is the backup?');
    await this.page.getByText('In an exported file').click();
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Choose the file' }).click();
    await (await chooser).setFiles(path);
    await this.page.getByRole('button', { name: 'Choose another file' }).waitFor();
    await this.page.getByRole('button', { name: 'Look for backups' }).click();
  }

  async next(): Promise<void> {
    await this.page.getByRole('button', { name: 'Next' }).click();
  }

  async typeSecret(secret: WizardSecret): Promise<void> {
    if ('recovery' in secret) {
      await this.page.getByRole('textbox', { name: 'Recovery key' }).fill(secret.recovery);
      return;
    }
    await this.page.getByText('Passphrase', { exact: true }).first().click();
    await this.page.getByLabel('Passphrase', { exact: true }).last().fill(secret.passphrase);
  }

  /** From the found backups to the end of the restore; resolves with what it says it did. */
  async restoreProposed(
    secret: WizardSecret,
    mode: 'replace' | 'merge',
    job: 'Restore' | 'Import' = 'Restore',
  ): Promise<string> {
    await this.wizardAt('Which backup?');
    await this.next();
    await this.wizardAt('Open it with your key');
    await this.typeSecret(secret);
    await this.page.getByRole('button', { name: 'Open', exact: true }).click();
    await this.wizardAt('What is inside');
    await this.next();
    return this.runRestore(mode, job);
  }

  async runRestore(mode: 'replace' | 'merge', job: 'Restore' | 'Import'): Promise<string> {
    await this.wizardAt('Replace or merge?');
    await this.page.getByRole('radio', { name: mode === 'replace' ? 'Replace' : 'Merge' }).check();
    const name = mode === 'replace' ? 'Replace with the backup' : 'Merge the backup in';
    await this.page.getByRole('button', { name }).click();
    return this.jobEnds(job);
  }

  async openRestored(): Promise<void> {
    await this.page.getByRole('button', { name: 'Open CloudOps' }).click();
    await this.page.getByRole('navigation', { name: 'Screens' }).waitFor();
  }

  async #fillBucket({ bucket, region, profile }: BucketAnswers): Promise<void> {
    await this.page.getByLabel('Bucket', { exact: true }).fill(bucket);
    await this.page.getByLabel('Region', { exact: true }).fill(region);
    // The list of its suggestions has the same label.
    const names = this.page.getByLabel('Profile', { exact: true }).and(this.page.locator('input'));
    await names.fill(profile);
    await names.press('Tab');
  }

  async #typeAskedGroups(dialog: Locator, groups: readonly string[]): Promise<void> {
    const fields = dialog.getByRole('textbox', { name: /^Group \d+$/ });
    await fields.first().waitFor();
    for (const field of await fields.all()) {
      const label = await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent);
      const group = Number(/\d+/.exec(label ?? '')?.[0]);
      await field.fill(groups[group - 1] ?? '');
    }
  }
}
