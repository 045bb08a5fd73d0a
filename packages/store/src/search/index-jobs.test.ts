import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContentId, Uid } from '../model.ts'
import { blockContents, PackedTexts } from './block.ts'
import { CommonWords } from './common-words.ts'
import { forgetTexts, indexTexts } from './index-jobs.ts'
import { prepareTexts } from './prepare.ts'
import { blockAround } from './source.ts'
import { finish, TestStore } from './testing.ts'

const filled = (contents: number): TestStore => {
  const store = new TestStore()
  store.add(
    Array.from({ length: contents }, (_, at) => ({ octets: Buffer.from(`Subject: ${at}\r\n\r\nword${at}\r\n`) })),
  )
  return store
}
const indexed = (store: TestStore) => store.connection.number("SELECT value FROM counters WHERE name = 'text-index'")
const textsOf = (store: TestStore, content: number) => {
  const block = blockAround(store.connection, content as ContentId)
  return block === null ? null : new PackedTexts(block).text(content as ContentId)
}

test('what does not fill a block waits', () => {
  const store = filled(blockContents - 1)
  try {
    assert.equal(store.index(), false)
    assert.equal(indexed(store), 0)
    store.add([{ octets: Buffer.from('\r\none more') }])
    assert.equal(store.index(), true)
    assert.equal(indexed(store), blockContents)
    assert.equal(store.index(), false)
  } finally {
    store.close()
  }
})

test('a batch that another process has taken in is not taken in again', () => {
  const store = filled(blockContents)
  try {
    const { batch } = finish(prepareTexts(store.connection, new CommonWords()))
    assert.ok(batch)
    assert.equal(store.run(indexTexts, batch), true)
    assert.equal(store.run(indexTexts, batch), false)
    assert.equal(store.connection.number('SELECT count(*) FROM text_terms_docsize'), blockContents)
  } finally {
    store.close()
  }
})

test('what goes leaves the terms and its block; its neighbours stay', () => {
  const store = filled(blockContents)
  try {
    store.index()
    store.remove([1, 5] as Uid[])
    assert.notEqual(textsOf(store, 5), null)
    assert.equal(store.run(forgetTexts, null), false)
    const left = (content: number) => Buffer.from(textsOf(store, content)?.body ?? []).toString('latin1')
    assert.equal(textsOf(store, 1), null)
    assert.equal(textsOf(store, 5), null)
    assert.equal(left(4), '\u00ffWORD3\r\n')
    assert.equal(left(16), '\u00ffWORD15\r\n')
    const terms = store.connection.raw<[number]>("SELECT rowid FROM text_terms WHERE text_terms MATCH 'wor'").all()
    assert.equal(terms.length, blockContents - 2)
    assert.deepEqual(store.search({ key: 'text', value: 'word' }).length, blockContents - 2)
    store.remove(
      Array.from({ length: blockContents }, (_, at) => (at + 1) as Uid).filter(uid => uid !== 1 && uid !== 5),
    )
    store.run(forgetTexts, null)
    assert.equal(store.connection.number('SELECT count(*) FROM text_blocks'), 0)
    assert.equal(store.connection.number('SELECT count(*) FROM text_gone'), 0)
  } finally {
    store.close()
  }
})

test('content that goes while its batch is on the way goes out again', () => {
  const store = filled(blockContents)
  try {
    const { batch } = finish(prepareTexts(store.connection, new CommonWords()))
    assert.ok(batch)
    store.remove([3 as Uid])
    assert.equal(store.run(indexTexts, batch), true)
    assert.equal(finish(prepareTexts(store.connection, new CommonWords())).gone, true)
    store.run(forgetTexts, null)
    assert.equal(textsOf(store, 3), null)
    assert.equal(store.connection.number('SELECT count(*) FROM text_terms_docsize'), blockContents - 1)
  } finally {
    store.close()
  }
})
