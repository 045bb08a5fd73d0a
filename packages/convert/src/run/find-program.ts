/** Programs by their names, as a shell finds them. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where the system's own are, though the PATH of a service may leave them out. */
const always = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']

/** The first in PATH that can be run, or null. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | null {
  for (const directory of [...path.split(delimiter), ...always]) {
    if (directory === '') continue
    const file = join(directory, name)
    if (isProgram(file)) return file
  }
  return null
}

/** True for a file that can be run. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
