// The service worker of the story's page. Chromium's own push service is out of a test's reach, so this keeps the keys of
// the subscription itself and decrypts what comes (RFC 8291); all else is as any page has it.
const database = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open('push', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('kept')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
const inStore = async (mode, work) => {
  const request = work((await database()).transaction('kept', mode).objectStore('kept'))
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
const base64url = octets =>
  btoa(String.fromCharCode(...new Uint8Array(octets)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
const octetsOf = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0))

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()))

/** As `PushManager.subscribe` does, at the push service that the page names. */
async function subscribe(endpoint) {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])
  const publicKey = await crypto.subtle.exportKey('raw', pair.publicKey)
  const auth = crypto.getRandomValues(new Uint8Array(16))
  await inStore('readwrite', store => store.put({ privateKey: pair.privateKey, publicKey, auth }, 'keys'))
  return { endpoint, expirationTime: null, keys: { p256dh: base64url(publicKey), auth: base64url(auth) } }
}

self.addEventListener('message', event => {
  event.waitUntil(subscribe(event.data).then(subscription => event.ports[0].postMessage(subscription)))
})

const derive = async (secret, salt, info, octets) => {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, octets * 8))
}
const joined = (...parts) => new Uint8Array(parts.flatMap(part => [...new Uint8Array(part)]))

/** RFC 8291 §3.4, RFC 8188 §2.1 */
async function decrypted(body) {
  const { privateKey, publicKey, auth } = await inStore('readonly', store => store.get('keys'))
  const [salt, serverKey, record] = [body.slice(0, 16), body.slice(21, 86), body.slice(86)]
  const text = words => new TextEncoder().encode(words)
  const server = await crypto.subtle.importKey('raw', serverKey, { name: 'ECDH', namedCurve: 'P-256' }, false, [])
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: server }, privateKey, 256)
  const secret = await derive(shared, auth, joined(text('WebPush: info\0'), publicKey, serverKey), 32)
  const key = await derive(secret, salt, text('Content-Encoding: aes128gcm\0'), 16)
  const iv = await derive(secret, salt, text('Content-Encoding: nonce\0'), 12)
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt'])
  const plain = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, aes, record))
  return JSON.parse(new TextDecoder().decode(plain.slice(0, -1)))
}

self.addEventListener('push', event => {
  const shown = async () => {
    const said = await decrypted(octetsOf(event.data.text()))
    const [title, id] = String(said.message ?? '').split(/\r?\n/)
    if (id !== undefined) await self.registration.showNotification(title, { data: `/message.html?id=${id}` })
    // What any page does with a push that asks it to prove that it has come: it sends back what was in it.
    const notifications = (await self.registration.getNotifications()).map(({ title, data }) => ({ title, data }))
    const clients = (await self.clients.matchAll({ includeUncontrolled: true })).length
    await fetch('/pushed', { method: 'POST', body: JSON.stringify({ said, notifications, clients }) })
  }
  event.waitUntil(shown())
})
