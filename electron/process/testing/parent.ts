import { testProcess } from './testProcess.ts';

/** An app that starts a child and is then killed: it prints the child's id when that is ready. */
const managed = testProcess(process.argv[2] ?? '', process.argv[3] ?? 'serve');
await managed.start();
process.stdout.write(`${managed.pid}\n`);
setInterval(() => undefined, 60_000);
