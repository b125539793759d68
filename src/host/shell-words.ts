// Words for a shell script that is sourced: quoted so that the shell takes them as they are.

/** `text` as one word of a POSIX shell. It must not contain a zero character. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Lines that export the variables; what cannot be a variable's name is left out. */
export function shellExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .filter(([name, value]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !value.includes('\0'))
    .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
    .join('');
}
