/** A mail server under measurement: started with a temporary directory, reached on loopback, stopped at the end. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint } from '../line-client.ts'

export interface Peer {
  readonly name: string
  readonly version: string
  readonly user: string
  readonly password: string
  readonly imap: Endpoint
  readonly imaps: Endpoint
  /** Its data directory, where it is one of ours. */
  readonly data?: string
  readonly lmtp: Endpoint
  /** Octets that the server uses on disk for everything it keeps. */
  diskOctets(): number
  /** Proportional set size of every process of the server, in octets. */
  memoryOctets(): number
  /** Processor time that the server's processes have taken. */
  processorMilliseconds(): number
  stop(): Promise<void>
}

/** Octets allocated to every file below a folder. */
export function allocatedOctets(folder: string): number {
  let octets = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    try {
      octets += statSync(join(entry.parentPath, entry.name)).blocks * 512
    } catch {
      // A temporary file that went meanwhile costs nothing.
    }
  }
  return octets
}

/** A process and all that descend from it. */
function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1])
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // It ended between the listing and the reading.
    }
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** User and system time of a process and all that descend from it (proc(5), fields 14 and 15 of stat). */
export function treeProcessorMilliseconds(root: number): number {
  let ticks = 0
  for (const pid of processTree(root)) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
      // Its own, and that of children which have ended.
      for (const field of fields.slice(11, 15)) ticks += Number(field)
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks * 10
}

export function treeMemoryOctets(root: number): number {
  let octets = 0
  for (const pid of processTree(root)) {
    try {
      octets += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0) * 1024
    } catch {
      // It ended meanwhile.
    }
  }
  return octets
}
