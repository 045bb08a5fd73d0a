import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { emnDevice, emnWbxml, emnXml } from './emn.ts'
import { httpTarget } from './http-target.testing.ts'
import { quick, signal, wakeOf } from './sink.testing.ts'

const at = Date.UTC(2002, 3, 16, 6, 40, 0)
const registered = { number: '+12015550123' }

suite('OMA Email Notification', () => {
  test('as XML', () => {
    const xml = emnXml({ mailbox: 'mailat:a"b@example.org', at })
    assert.match(xml, /<!DOCTYPE emn PUBLIC "-\/\/WAPFORUM\/\/DTD EMN 1\.0\/\/EN"/)
    assert.match(xml, /<emn mailbox="mailat:a&#34;b@example\.org" timestamp="2002-04-16T06:40:00Z"\/>/)
  })

  test('as binary XML: the mailbox, and a date without the zeros at its end', () => {
    const expected = Buffer.concat([
      Buffer.from('030d6a0085', 'hex'),
      Buffer.from('0703', 'hex'),
      Buffer.from('user@example.org\0'),
      Buffer.from('05c306200204160640', 'hex'),
      Buffer.from('01', 'hex'),
    ])
    assert.deepEqual(emnWbxml({ mailbox: 'mailat:user@example.org', at }), expected)
    const midnight = emnWbxml({ mailbox: 'imap://x', at: Date.UTC(2002, 9, 20) })
    assert.ok(midnight.includes(Buffer.from('05c30420021020', 'hex')))
    assert.ok(midnight.includes(Buffer.from('0603', 'hex')))
  })

  test('is submitted to a push gateway with the phone’s number', async t => {
    const target = await httpTarget(t, {
      status: 202,
      body: '<pap><push-response><response-result code="1001"/></push-response></pap>',
    })
    const gateway = { url: `${target.origin}/pap`, format: 'xml', headers: { authorization: 'Basic eA==' } } as const
    const method = emnDevice(gateway, quick, () => at)
    t.after(() => method.close())
    await method.wake(registered, wakeOf(), signal())
    const { path, headers, body } = target.asked[0] ?? assert.fail()
    assert.deepEqual([path, headers.authorization], ['/pap', 'Basic eA=='])
    const [, boundary] =
      /^multipart\/related; boundary=([\w-]+); type="application\/xml"$/.exec(String(headers['content-type'])) ?? []
    const [before, control, content, end] = body.toString().split(`--${boundary}`)
    assert.equal(before, '')
    assert.match(String(control), /^\r\nContent-Type: application\/xml\r\n\r\n<\?xml/)
    assert.match(String(control), /<address address-value="WAPPUSH=\+12015550123\/TYPE=PLMN@ppg"\/>/)
    assert.match(String(control), /push-id="17\.abc@lemonade" deliver-before-timestamp="2002-04-16T07:40:00Z"/)
    assert.match(String(content), /^\r\nContent-Type: application\/vnd\.wap\.emn\+xml\r\n\r\n/)
    assert.match(String(content), /mailbox="mailat:ned@example\.org"/)
    assert.equal(end, '--\r\n')
  })

  test('in binary, and what the gateway’s result means', async t => {
    const result = (code: string) => ({
      status: 200,
      body: `<pap><response-result desc='x' code='${code}'></response-result></pap>`,
    })
    const target = await httpTarget(t, result('1000'), { status: 200, body: 'ok' }, result('2002'), result('3002'), {
      status: 500,
    })
    const method = emnDevice({ url: target.origin, format: 'wbxml', headers: {} }, quick, () => at)
    t.after(() => method.close())
    const wake = () => method.wake(registered, wakeOf(), signal())
    await wake()
    assert.ok(target.asked[0]?.body.includes(emnWbxml({ mailbox: 'mailat:ned@example.org', at })))
    await wake()
    await assert.rejects(wake(), { name: 'DeliveryRefused', message: 'the push gateway answered 2002' })
    await assert.rejects(wake(), { name: 'DeliveryFailed', message: 'the push gateway answered 3002' })
    await assert.rejects(wake(), { name: 'DeliveryFailed', message: 'the gateway answered 500' })
  })
})
