/** `DATA/run/endpoints.json`: where the running server listens, for tests and tools. Its presence says "ready". */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint } from '@lemonade/net'
import { writeAtomically } from '../files.ts'
import type { ByListener } from '../listeners.ts'

/** Every listener's bound addresses, none where it is switched off, and the server's process id. */
export type Endpoints = ByListener<readonly Endpoint[]> & { readonly pid: number }

const fileOf = (data: string) => join(data, 'run', 'endpoints.json')

export function writeEndpoints(data: string, endpoints: Endpoints): void {
  mkdirSync(join(data, 'run'), { recursive: true })
  writeAtomically(fileOf(data), `${JSON.stringify(endpoints)}\n`)
}

export function removeEndpoints(data: string): void {
  rmSync(fileOf(data), { force: true })
}

/** What a server wrote, or null where none is ready. One that was killed leaves its file behind. */
export function readEndpoints(data: string): Endpoints | null {
  try {
    return JSON.parse(readFileSync(fileOf(data), 'utf8')) as Endpoints
  } catch {
    return null
  }
}
