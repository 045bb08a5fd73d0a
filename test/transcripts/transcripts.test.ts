/** Plays every transcript of the folders beside this file, one folder a capability. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { defaultImapLimits } from '@lemonade/imap'
import { Client, parseTranscript } from '../support/player.ts'
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

test('every capability has its folder', async () => {
  const folders = (await readdir(folder, { withFileTypes: true })).filter(one => one.isDirectory()).map(one => one.name)
  const client = await Client.open(await imap.server({}, 'never'))
  const greeting = (await client.response()) ?? ''
  client.close()
  const offered = /\[CAPABILITY ([^\]]+)\]/.exec(greeting)?.[1]?.split(' ') ?? []
  assert.ok(offered.length > 10, greeting)
  for (const capability of offered) assert.ok(folders.includes(capability.split('=')[0] ?? ''), capability)
})

test('every limit has its transcript or its test', async () => {
  const texts = await Promise.all(files.map(file => readFile(new URL(file, folder), 'utf8')))
  const sources = (await readdir(folder)).filter(name => /^(?!transcripts).*\.test\.ts$/.test(name))
  const tests = (await Promise.all(sources.map(name => readFile(new URL(name, folder), 'utf8')))).join()
  for (const limit of Object.keys(defaultImapLimits)) {
    assert.ok(tests.includes(limit) || only !== '' || texts.some(text => text.includes(`limit ${limit} =`)), limit)
  }
})
