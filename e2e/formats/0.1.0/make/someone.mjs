// Loaded into the app by NODE_OPTIONS: the record names who approved, and no real machine's user belongs into a fixture.
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

os.hostname = () => 'operations-1';
os.userInfo = () => ({ username: 'margarethe', uid: 1000, gid: 1000, shell: null, homedir: '' });
syncBuiltinESMExports();
