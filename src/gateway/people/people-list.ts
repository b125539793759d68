// Reads a list of people as spreadsheets write it (CSV) into lines that accounts can be made of, and says what is wrong with each.
import { randomInt } from 'node:crypto';
import Papa from 'papaparse';
import { CodedError } from '#contract/errors.ts';
import { givenNameSchema, passwordSchema } from '#contract/values.ts';
import { isFullName, newUserNameFault } from '#model/account.ts';
import type { ImportFault, ImportLine, Level } from '#model/account.ts';

const mostLines = 2000;

const columns = ['user', 'fullName', 'password', 'level'] as const;
type Column = (typeof columns)[number];

/** What spreadsheets call the columns, without blanks and accents, in English and French. */
const headings: Readonly<Record<Column, readonly string[]>> = {
  user: ['user', 'username', 'login', 'account', 'utilisateur', 'nomdutilisateur', 'identifiant', 'compte'],
  fullName: ['name', 'fullname', 'nom', 'nomcomplet', 'prenomnom'],
  password: ['password', 'motdepasse'],
  level: ['level', 'accounttype', 'type', 'niveau', 'typedecompte'],
};

const levelWords: Readonly<Record<Level, readonly string[]>> = {
  standard: ['', 'standard', 'standarduser', 'utilisateurstandard'],
  dashboard: ['dashboard', 'dashboarduser', 'teacher', 'tableaudebord', 'utilisateurdutableaudebord', 'enseignant'],
  administrator: ['administrator', 'admin', 'administrateur'],
};

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

/** UTF-8 with or without a mark, UTF-16 with one, else what western spreadsheets write. */
function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Can be read out and typed without a mistake, and guessed by nobody: 51 bits. */
function madePassword(): string {
  const letter = (from: string): string => from[randomInt(from.length)] ?? '';
  const syllable = (): string => letter('bdfghklmnprstvwz') + letter('aeiou');
  return Array.from({ length: 4 }, () => syllable() + syllable()).join('-');
}

function orderOf(first: readonly string[]): Map<Column, number> | null {
  const names = first.map(plain);
  const order = new Map<Column, number>();
  for (const column of columns) {
    const at = names.findIndex((name) => headings[column].includes(name));
    if (at !== -1) order.set(column, at);
  }
  return order.has('user') && (order.size > 1 || first.length === 1) ? order : null;
}

function faultOf(line: Omit<ImportLine, 'fault'>, level: string): ImportFault | null {
  const name = newUserNameFault(line.user);
  if (name !== null) return name === 'form' ? 'user' : name;
  if (line.fullName !== '' && (!givenNameSchema.safeParse(line.fullName).success || !isFullName(line.fullName)))
    return 'full-name';
  if (!passwordSchema.safeParse(line.password).success || /[\u0000-\u001f\u007f]/u.test(line.password)) return 'password';
  return Object.values(levelWords).some((words) => words.includes(level)) ? null : 'level';
}

/**
 * The columns are user name, full name, password and level, in this order or as a first line names them; a password that is left
 * out is made up. `taken`: accounts that there are. Throws `too-large` (more than 2,000 people) and `bad-request` (no text).
 */
export function readPeopleList(bytes: Uint8Array, taken: ReadonlySet<string>): ImportLine[] {
  const text = textOf(bytes);
  if (text.includes('\0')) throw new CodedError('bad-request', { field: 'file' });
  const parsed = Papa.parse<string[]>(text, { delimitersToGuess: [',', ';', '\t'] });
  const rows = parsed.data.map((raw, at) => ({ line: at + 1, raw, cells: raw.map((cell) => cell.trim()) }));
  const broken = new Set(parsed.errors.filter(({ type }) => type === 'Quotes').map(({ row }) => row));
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
  const named = orderOf(filled[0]?.cells ?? []);
  const order = named ?? new Map(columns.map((column, at) => [column, at]));
  const people = named === null ? filled : filled.slice(1);
  if (people.length > mostLines) throw new CodedError('too-large', { lines: people.length });
  const seen = new Set<string>();
  return people.map(({ line, raw, cells }) => {
    const cell = (column: Column): string => cells[order.get(column) ?? -1] ?? '';
    const word = plain(cell('level')) || cell('level');
    const level = (Object.keys(levelWords) as Level[]).find((one) => levelWords[one].includes(word)) ?? 'standard';
    // Blanks at the ends of a password are part of it.
    const given = cell('password') === '' ? '' : (raw[order.get('password') ?? -1] ?? '');
    const read = {
      line,
      user: cell('user'),
      fullName: cell('fullName'),
      level,
      password: given === '' ? madePassword() : given,
      made: given === '',
    };
    let fault = broken.has(line - 1) ? 'quotes' : faultOf(read, word);
    if (fault === null && seen.has(read.user)) fault = 'user-twice';
    else if (fault === null && taken.has(read.user)) fault = 'name-taken';
    seen.add(read.user);
    return { ...read, fault };
  });
}
