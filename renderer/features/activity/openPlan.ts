import { closeDetails, openDetails } from '../../state/details.ts';
import { useActivity } from './activityStore.ts';

/** Opens the record behind a line at the right; a line without a plan closes what was open. */
export function openPlan(id: string, planId: string | null): void {
  useActivity.setState({ openId: id });
  if (planId === null) closeDetails();
  else openDetails({ kind: 'plan', planId });
}
