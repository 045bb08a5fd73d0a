/** The resident memory of a process with all its descendants, where the system tells (Linux). */
import { readdirSync, readFileSync } from 'node:fs'

/** In octets; 0 where nothing is known, since the process has ended or the system is another. */
export function residentOctets(pid: number): number {
  return treeOf(pid).reduce((sum, each) => sum + ownOctets(each), 0)
}

/** More processes than a converter starts; a fork bomb's are not all counted, its first thousand are enough. */
const mostProcesses = 1_000

function treeOf(root: number): readonly number[] {
  const found = [root]
  for (let at = 0; at < found.length && found.length < mostProcesses; at++) {
    const pid = found[at] as number
    for (const thread of listed(`/proc/${pid}/task`)) {
      const children = text(`/proc/${pid}/task/${thread}/children`)
      if (children !== '') found.push(...children.trim().split(' ').map(Number))
    }
  }
  return found
}

function ownOctets(pid: number): number {
  const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(text(`/proc/${pid}/status`))?.[1]
  return kibibytes === undefined ? 0 : Number(kibibytes) * 1024
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
