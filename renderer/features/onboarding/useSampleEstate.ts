import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import { useFirstStart } from '../../state/firstStart.ts';
import { navigate } from '../../state/nav.ts';

/** Opens the sample workspace; it needs no account and no keychain. */
export function useSampleEstate() {
  return useAction('workspace.open', (status) => {
    cacheSync.setStatus(status);
    goToEstate(status.resources === 0);
  });
}

/** On to the Explorer, where the estate is seen to fill in. */
export function goToEstate(scan: boolean): void {
  useFirstStart.setState({ open: false, scanWhenReady: scan });
  navigate('explorer');
}
