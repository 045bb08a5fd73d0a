/** Names of entries that patterns match: `*` stands for anything, `%` for anything without the delimiter "/" (RFC 5257 §4.3). */

/** In time that grows with the product of both lengths, whatever the pattern. */
export function entryMatches(pattern: string, entry: string): boolean {
  // Which places of the entry the pattern so far may reach to.
  let reached = new Uint8Array(entry.length + 1)
  reached[0] = 1
  for (const sign of pattern) {
    const next = new Uint8Array(entry.length + 1)
    for (let at = 0; at <= entry.length; at++) {
      const before = at > 0 ? entry[at - 1] : undefined
      if (sign === '*' || sign === '%') {
        const grows = before !== undefined && (sign === '*' || before !== '/')
        if (reached[at] === 1 || (grows && next[at - 1] === 1)) next[at] = 1
      } else if (before === sign && reached[at - 1] === 1) next[at] = 1
    }
    reached = next
  }
  return reached[entry.length] === 1
}
