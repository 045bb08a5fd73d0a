/** Plays every transcript of the folders beside this file, one folder a capability. */
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { parseTranscript } from '../support/player.ts'
import { TestImap } from './server.ts'

const folder = new URL('.', import.meta.url)
let imap: TestImap

before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

const only = process.env['TRANSCRIPT'] ?? ''
const files = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.txt') && name.includes(only))

for (const file of files.sort()) {
  test(file.replace(/\.txt$/, '').replaceAll('-', ' '), async () => {
    await imap.play(parseTranscript(await readFile(new URL(file, folder), 'utf8')))
  })
}
