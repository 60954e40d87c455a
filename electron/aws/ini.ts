/** Options of one section by lower-case name; a nested one (`s3 =` with indented lines) as `s3.name`. */
export type Section = Record<string, string>;

/** What makes the AWS CLI refuse a whole file. `line` counts from 1. */
export class IniError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'IniError';
    this.line = line;
  }
}

const SECTION = /^\[(.+)\]/;
const OPTION = /^(.*?)\s*[=:]\s*(.*)$/;

interface Open {
  header: string;
  options: Map<string, { line: number; values: string[] }>;
}

/**
 * Reads an INI text as the AWS CLI does, which is Python's `RawConfigParser`: `=` or `:`, option names in any
 * case, comments on lines of their own only, deeper lines as part of the value above, `[DEFAULT]` for all
 * sections. Sections by the text between their brackets. Throws IniError for what the CLI refuses: a section or
 * option that stands twice, a line that is neither.
 */
export function parseIni(text: string): Map<string, Section> {
  const sections = new Map<string, Open>();
  let section: Open | undefined;
  let option: { line: number; values: string[] } | undefined;
  let indent = 0;
  let failure: IniError | undefined;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const at = index + 1;
    const value = line.trim();
    if (value === '') {
      option?.values.push('');
      continue;
    }
    if (/^[#;]/.test(value)) continue;
    const depth = line.search(/\S/);
    if (option && depth > indent) {
      option.values.push(value);
      continue;
    }
    indent = depth;
    const header = SECTION.exec(value)?.[1];
    if (header !== undefined) {
      const known = sections.get(header);
      if (known && header !== 'DEFAULT') throw new IniError(at, `[${header}] stands there a second time`);
      section = known ?? { header, options: new Map() };
      sections.set(header, section);
      option = undefined;
      continue;
    }
    if (!section) throw new IniError(at, 'there is text before the first section');
    const parts = OPTION.exec(value);
    if (!parts?.[1]) {
      failure ??= new IniError(at, 'there is a line that is neither a section nor "name = value"');
      if (!parts) continue;
    }
    const name = (parts?.[1] ?? '').trim().toLowerCase();
    if (section.options.has(name)) {
      throw new IniError(at, `${name} stands a second time in [${section.header}]`);
    }
    option = { line: at, values: [(parts?.[2] ?? '').trim()] };
    section.options.set(name, option);
  }
  if (failure) throw failure;
  return close(sections);
}

function close(sections: Map<string, Open>): Map<string, Section> {
  const common = sections.get('DEFAULT')?.options ?? [];
  const closed = new Map<string, Section>();
  for (const { header, options } of sections.values()) {
    if (header === 'DEFAULT') continue;
    // Without a prototype, so that no name in a file is one of JavaScript's own.
    const section: Section = Object.create(null);
    for (const [name, { line, values }] of new Map([...common, ...options])) {
      const value = values.join('\n').trimEnd();
      if (value.startsWith('\n')) addNested(section, name, value, line);
      else section[name] = value;
    }
    closed.set(header, section);
  }
  return closed;
}

function addNested(section: Section, name: string, value: string, line: number): void {
  for (const inner of value.split('\n').map((one) => one.trim())) {
    if (inner === '') continue;
    const cut = inner.indexOf('=');
    if (cut < 0) throw new IniError(line, `below ${name} there is a line that is not "name = value"`);
    section[`${name}.${inner.slice(0, cut).trim()}`] = inner.slice(cut + 1).trim();
  }
}

/** The words of a section's name as a POSIX shell reads them; null where a quote is never closed. */
export function shellWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const sign = text[i] as string;
    if (quote === "'") {
      if (sign === quote) quote = '';
      else word += sign;
    } else if (sign === '\\') {
      const next = text[i + 1];
      if (next === undefined) return null;
      // Inside double quotes only these two are escaped.
      const keeps = quote === '"' && next !== '"' && next !== '\\';
      word = `${word ?? ''}${keeps ? sign : ''}${next}`;
      i += 1;
    } else if (quote !== '') {
      if (sign === quote) quote = '';
      else word += sign;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
      word ??= '';
    } else if (/[ \t\r\n]/.test(sign)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = `${word ?? ''}${sign}`;
  }
  if (quote !== '') return null;
  return word === null ? words : [...words, word];
}
