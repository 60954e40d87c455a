import { closeAllDetails } from '../state/details.ts';
import { queryClient } from './queries.ts';
import { CacheSync } from './sync.ts';

/** The page's one CacheSync. Another boot is another estate: a panel open on the old one closes. */
export const cacheSync = new CacheSync(queryClient, closeAllDetails);
