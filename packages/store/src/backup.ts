/** A copy of the database while others write. */
import { rename, rm } from 'node:fs/promises'
import { Connection } from './connection.ts'

/** Copies what is committed now into `target`, which appears only when it is complete. */
export async function backup(
  file: string,
  target: string,
  progress?: (done: number, total: number) => void,
): Promise<void> {
  const unfinished = `${target}.part`
  const connection = new Connection(file, { readonly: true })
  try {
    await rm(unfinished, { force: true })
    await connection.backup(unfinished, progress)
    await rename(unfinished, target)
  } finally {
    connection.close()
    await rm(unfinished, { force: true })
  }
}
