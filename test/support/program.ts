/** Runs a program to its end and gives back all that it said: how tests use real clients. */
import { spawn } from 'node:child_process'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Milliseconds after which a client that hangs is killed; the test then fails on its exit code. */
const patience = 60_000

/** Never rejects for an exit code: the test says what it expects. */
export function program(
  name: string,
  words: readonly string[],
  options: { readonly input?: string | Uint8Array; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, words, { env: { ...process.env, ...options.env }, timeout: patience })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', octets => stdout.push(octets))
    child.stderr.on('data', octets => stderr.push(octets))
    child.once('error', reject)
    child.once('close', code =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    )
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** Runs it and throws with all it said where it does not end with exit code 0. */
export async function succeeds(...call: Parameters<typeof program>): Promise<Ran> {
  const ran = await program(...call)
  if (ran.code !== 0) {
    throw new Error(`${call[0]} ${call[1].join(' ')} ended with ${ran.code}\n${ran.stdout}\n${ran.stderr}`)
  }
  return ran
}
