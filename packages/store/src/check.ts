/** The audit of a store. */
import { Connection } from './connection.ts'

export async function* check(file: string, _progress?: (done: number, total: number) => void): AsyncGenerator<string> {
  const connection = new Connection(file, { readonly: true })
  connection.close()
}
