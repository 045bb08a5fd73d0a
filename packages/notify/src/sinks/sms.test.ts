import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { silentLog } from '@lemonade/net'
import { httpTarget } from './http-target.testing.ts'
import { eventOf, quick, signal, wakeOf } from './sink.testing.ts'
import { globalNumber, Sms, type SmsGateway, shortened, smsDevice, smsNotification } from './sms.ts'

const json: Omit<SmsGateway, 'url'> = {
  contentType: 'application/json',
  body: '{"to":"{to}","text":"{text}","id":{id}}',
  headers: { authorization: 'Bearer s3cret' },
}

suite('short messages', () => {
  test('RFC 3966 §3: numbers', () => {
    const rows: [text: string, number: string | null][] = [
      ['tel:+1-201-555-0123', '+12015550123'],
      ['TEL:+1(201)555.0123', '+12015550123'],
      ['+358-555-1234567', '+3585551234567'],
      ['+123456789012345', '+123456789012345'],
      ['+1234567890123456', null],
      ['tel:7042;phone-context=example.com', null],
      ['tel:863-1234;phone-context=+1-914-555', null],
      ['tel:+1-201-555-0123;ext=7', null],
      ['tel:+', null],
      ['tel:+()', null],
      ['tel:+1201555O123', null],
      ['+1 201 555 0123', null],
      ['', null],
    ]
    for (const [text, number] of rows) assert.equal(globalNumber(text), number, text)
  })

  test('go to the gateway as its template says, escaped for where they stand', async t => {
    const target = await httpTarget(t)
    const text = 'say "hi" & <go>\\'
    const send = async (gateway: Partial<SmsGateway>) => {
      const sms = new Sms({ ...json, url: `${target.origin}/send`, ...gateway }, quick)
      await sms.send({ to: '+12015550123', text, id: 7 }, signal())
      sms.close()
      return target.asked.at(-1) ?? assert.fail()
    }
    const asked = await send({})
    assert.deepEqual(JSON.parse(asked.body.toString()), { to: '+12015550123', text, id: 7 })
    assert.equal(asked.headers.authorization, 'Bearer s3cret')
    assert.equal(asked.headers['content-type'], 'application/json')
    const form = await send({ contentType: 'application/x-www-form-urlencoded', body: 'to={to}&text={text}' })
    assert.deepEqual(Object.fromEntries(new URLSearchParams(form.body.toString())), { to: '+12015550123', text })
    const xml = await send({ contentType: 'text/xml; charset=utf-8', body: '<t n="{to}">{text}</t>' })
    assert.equal(xml.body.toString(), '<t n="+12015550123">say &#34;hi&#34; &#38; &#60;go&#62;\\</t>')
    const query = await send({
      url: `${target.origin}/send?to={to}&text={text}&x=1`,
      body: '{text}',
      contentType: 'text/plain',
    })
    assert.deepEqual(Object.fromEntries(new URL(query.path, target.origin).searchParams), {
      to: '+12015550123',
      text,
      x: '1',
    })
    assert.equal(query.body.toString(), text)
  })

  test('are no longer than one short message: 160 of its own characters, or 70 of others', () => {
    const rows: [text: string, kept: number][] = [
      ['a'.repeat(160), 160],
      ['a'.repeat(161), 160],
      ['ä'.repeat(161), 160],
      ['€'.repeat(80), 80],
      ['€'.repeat(81), 80],
      ['я'.repeat(70), 70],
      ['я'.repeat(71), 70],
      ['😀'.repeat(36), 70],
    ]
    for (const [text, kept] of rows) assert.equal(shortened(text).length, kept, text)
    assert.equal(shortened('\ud800'), '\ufffd')
  })

  test('to a device', async t => {
    const target = await httpTarget(t, { status: 204 }, { status: 400 }, { status: 404 }, { status: 503 })
    const method = smsDevice(new Sms({ ...json, url: target.origin }, quick))
    t.after(() => method.close())
    const registered = { number: 'tel:+1-201-555-0123' }
    assert.equal(method.describe(registered), '+12015550123')
    await method.wake(registered, wakeOf(), signal())
    assert.deepEqual(JSON.parse(String(target.asked[0]?.body)), { to: '+12015550123', text: wakeOf().text, id: 17 })
    await assert.rejects(method.wake(registered, wakeOf(), signal()), { name: 'DeliveryRefused' })
    // A gateway that has moved says nothing of the phone.
    await assert.rejects(method.wake(registered, wakeOf(), signal()), { name: 'DeliveryFailed' })
    await assert.rejects(method.wake(registered, wakeOf(), signal()), { name: 'DeliveryFailed' })
    for (const wrong of [undefined, null, 'x', {}, { number: 7 }, { number: '112' }]) {
      assert.throws(() => method.describe(wrong), { name: 'BadTarget' })
    }
  })

  test('that a script asks for by a tel URI', async t => {
    const target = await httpTarget(t, { status: 503 }, { status: 204 })
    const sms = new Sms({ ...json, url: target.origin }, quick)
    t.after(() => sms.close())
    const tell = smsNotification({ sms, limits: quick, log: silentLog })
    const event = eventOf(3, { 'vnd.lemonade.message': 'From: ann\r\nSubject: hello\r\n' })
    await tell(event, new URL('tel:+1-201-555-0123'), signal())
    await tell(event, new URL('tel:112'), signal())
    assert.deepEqual(
      target.asked.map(({ body }) => JSON.parse(body.toString()).text),
      ['From: ann\r\nSubject: hello', 'From: ann\r\nSubject: hello'],
    )
  })
})
