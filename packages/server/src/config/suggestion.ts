/** "Did you mean": the nearest of the names that exist. */

/** Edits (insertion, deletion, replacement, neighbours exchanged) that turn one word into the other. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const cell = (up: number, left: number) => rows[i - up]?.[j - left] ?? Number.POSITIVE_INFINITY
      const replaced = cell(1, 1) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? cell(2, 2) + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(cell(1, 0) + 1, (row[j - 1] as number) + 1, replaced, swapped))
    }
    rows.push(row)
  }
  return rows[from.length]?.[to.length] ?? 0
}

/** The nearest name, or null where none is near: at most a third of its letters may differ. */
export function suggestion(word: string, names: readonly string[]): string | null {
  let best: string | null = null
  let fewest = Number.POSITIVE_INFINITY
  for (const name of names) {
    const edits = distance(word.toLowerCase().replaceAll('-', '_'), name)
    if (edits < fewest && edits <= Math.max(1, Math.floor(name.length / 3))) {
      best = name
      fewest = edits
    }
  }
  return best
}
