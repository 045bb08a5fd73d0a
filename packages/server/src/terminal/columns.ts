/** Rows of text in columns that line up. */

export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  }
  return rows
    .map(row => row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  '))
    .map(line => `${line.trimEnd()}\n`)
    .join('')
}

/** Date and time to the second, in UTC. */
export function instant(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace(/\..*/, 'Z')
}

const units = ['octets', 'KB', 'MB', 'GB', 'TB']

/** A size for people. */
export function size(octets: number): string {
  let [value, unit] = [octets, 0]
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
