import { expect, test } from 'vitest';
import { IniError, parseIni, shellWords } from './ini.ts';

const read = (text: string) =>
  Object.fromEntries([...parseIni(text)].map(([header, section]) => [header, { ...section }]));

// Known answers of the AWS CLI: botocore's `raw_config_parse` over Python's configparser.
test.each([
  ['[a]\nAWS_ACCESS_KEY_ID = A\nRegion=r', { a: { aws_access_key_id: 'A', region: 'r' } }],
  ['[a]\nx: y\nz :w=1\n', { a: { x: 'y', z: 'w=1' } }],
  ['[x y] # note\nk = v', { 'x y': { k: 'v' } }],
  ['[default];note\nk = v', { default: { k: 'v' } }],
  ['[profile ä ü]\nümlaut = ö', { 'profile ä ü': { ümlaut: 'ö' } }],
  [
    '[a]\nk = v # not a comment\n; one\n  # one too\nl = w ; neither',
    { a: { k: 'v # not a comment', l: 'w ; neither' } },
  ],
  ['[a]\r\nk = v\r\n[b]\rk = w\r', { a: { k: 'v' }, b: { k: 'w' } }],
  ['[a]\ns3 =\n  x = 1\n\n  Y=2\nk = v', { a: { 's3.x': '1', 's3.Y': '2', k: 'v' } }],
  ['[a]\nk = one\n  two\n', { a: { k: 'one\ntwo' } }],
  ['[a]\nk =\n', { a: { k: '' } }],
  ['[DEFAULT]\nregion = r\n[a]\nk = v\n[b]\nregion = s', { a: { region: 'r', k: 'v' }, b: { region: 's' } }],
  ['[a]k = v\n[b] ] \n', { a: {}, 'b] ': {} }],
  ['  [a]\n  k = v\n', { a: { k: 'v' } }],
  ['[a]\nkey with blanks = v', { a: { 'key with blanks': 'v' } }],
  ['# only a comment', {}],
  ['', {}],
])('%j', (text, sections) => {
  expect(read(text)).toEqual(sections);
});

test.each([
  ['[a]\nk = v\n[b]\n[a]\nk = w', 4, '[a] stands there a second time'],
  ['[a]\nk = v\nK = w', 3, 'k stands a second time in [a]'],
  ['k = v\n[a]', 1, 'before the first section'],
  ['[a\nk = v', 1, 'before the first section'],
  ['[a]\nno value here', 2, 'neither a section'],
  ['[a]\n= v', 2, 'neither a section'],
  ['[a]\ns3 =\n  x = 1\n  y', 2, 'below s3'],
])('the CLI refuses %j whole, in line %i', (text, line, words) => {
  const refused = (): unknown => parseIni(text);
  expect(refused).toThrow(IniError);
  expect(refused).toThrow(expect.objectContaining({ line, message: expect.stringContaining(words) }));
});

test.each([
  ['profile x', ['profile', 'x']],
  ['profile "x y"', ['profile', 'x y']],
  ["profile 'x y'\t", ['profile', 'x y']],
  ['profile x\\ y', ['profile', 'x y']],
  ['profile "a\\"b\\c"', ['profile', 'a"b\\c']],
  ["profile 'it''s'", ['profile', 'its']],
  ['profile ""', ['profile', '']],
  ['profile "x', null],
  ['profile x\\', null],
])('%j is cut as a shell cuts it', (text, words) => {
  expect(shellWords(text)).toEqual(words);
});
