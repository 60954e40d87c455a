import { create } from 'zustand';
import { newWizard, type OwnBackup, ownWizard, type PlaceForm, type Wizard, withPlace } from './wizard.ts';

/** The open wizard; `null` = closed. Dropped whole on leaving, so that no typed key outlives the page it was typed on. */
export const useWizard = create<{ wizard: Wizard | null }>(() => ({ wizard: null }));

/** Opens the wizard from nothing, or on one backup of the app's own list. */
export function openRestore(own?: OwnBackup): void {
  useWizard.setState({ wizard: own ? ownWizard(own) : newWizard() });
}

/** Shows a restore that is under way already, as after a reload of the page. */
export function showRestore(jobId: string): void {
  useWizard.setState({ wizard: { ...newWizard(), step: 'run', jobId } });
}

export function closeRestore(): void {
  useWizard.setState({ wizard: null });
}

export function patchWizard(patch: Partial<Wizard>): void {
  useWizard.setState(({ wizard }) => ({ wizard: wizard && { ...wizard, ...patch } }));
}

export function setPlace(place: PlaceForm): void {
  useWizard.setState(({ wizard }) => ({ wizard: wizard && withPlace(wizard, place) }));
}
