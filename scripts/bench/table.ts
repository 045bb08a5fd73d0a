/** The benchmark's table, in Markdown, so that it can stand in the documentation as it is printed. */
import type { Measure } from './measuring.ts'
import type { Peer } from './peers/peer.ts'

export type Server = Pick<Peer, 'name' | 'version'>

export interface Row extends Pick<Measure, 'name' | 'unit' | 'better'> {
  /** One a server, in the servers' order; null where it has not what is measured, or was not asked. */
  readonly medians: readonly (number | null)[]
}

function shown(value: number | null, unit: string): string {
  if (value === null) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${unit}`
}

/** How many times better the first server is than the second: above 1 is ahead. */
export function ratio(row: Row): number | null {
  const [ours, theirs] = row.medians
  if (ours == null || theirs == null) return null
  return row.better === 'less' ? theirs / ours : ours / theirs
}

export function table(rows: readonly Row[], peers: readonly Server[]): string {
  const compared = peers.length > 1
  const head = ['', ...peers.map(peer => `${peer.name} ${peer.version}`), ...(compared ? ['times better'] : [])]
  const lines = rows.map(row => {
    const times = ratio(row)
    return [
      row.name,
      ...row.medians.map(value => shown(value, row.unit)),
      ...(compared ? [times === null ? '–' : times.toFixed(2)] : []),
    ]
  })
  return [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...lines]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n')
}
