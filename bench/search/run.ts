import { measureSearch } from './measureSearch.ts';

/** `node bench/search/run.ts`: quality of the search beside plain BM25, by kind of query. */
process.stdout.write(`${measureSearch().text}\n`);
