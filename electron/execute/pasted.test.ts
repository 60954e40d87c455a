import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cliCommand } from './catalog/cli.ts';
import { CATALOG } from './catalog.ts';
import { ec2Resource, rdsResource } from './testing/harness.ts';

/** The words that a shell makes of each line when it is pasted as it stands; `aws` is a stand-in that shows them. */
function pasted(lines: string[]): string[][] {
  const shows = `aws() { printf '%s\\0' "$@"; printf '\\n\\0'; }`;
  const input = [shows, ...lines, ''].join('\n');
  const out = execFileSync('bash', ['--norc', '-s'], { input, encoding: 'utf8' });
  const runs = out.split('\n\0').slice(0, -1);
  return runs.map((words) => words.split('\0').slice(0, -1));
}

const AT = new Date('2026-11-21T09:30:59.000Z');
const REGION = 'us-west-2';
const PROFILES = [
  'prod',
  'my profile',
  "o'neil",
  '$(id)',
  '`id`',
  'a;b&&c|d',
  '~',
  '*',
  '#a',
  'ä',
  '{a,b}',
  '!!',
  'a\\',
];

test.each(['ec2_instance', 'rds_instance'] as const)(
  'call and undo of each action of %s can be pasted as they stand',
  (type) => {
    const resource = type === 'ec2_instance' ? ec2Resource() : rdsResource();
    for (const spec of CATALOG.actionsFor(type)) {
      const parameters = spec.parameters(resource, AT);
      const place = (profile: string) => ({ region: REGION, profile });
      const calls = PROFILES.map((name) => cliCommand(spec.service, spec.operation, parameters, place(name)));
      const undos = PROFILES.map((name) => spec.undo(resource, parameters, place(name)));
      for (const lines of [calls, undos]) {
        const there = lines.filter((line) => line !== null);
        if (there.length === 0) continue;
        const ran = pasted(there);
        expect(ran.map((words) => words.slice(-4))).toEqual(
          PROFILES.map((name) => ['--region', REGION, '--profile', name]),
        );
        expect(new Set(ran.map((words) => words.slice(0, -4).join(' '))).size).toBe(1);
        expect(ran[0]?.slice(0, -4).join(' ')).toMatch(
          new RegExp(`^${spec.service} [a-z-]+ .*${resource.nativeId}`),
        );
      }
    }
  },
);
