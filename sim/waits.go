package sim

// joinedBit of the verdict of an answer says that its queue is the wait for a fetch that another request had begun, at a tier on the way.
const joinedBit = 64

// inVainBit says that the answer tells for how long sites on the way were waited for in vain: see [message.setInVain].
const inVainBit = 128

// addWaits tells the site that has asked what an answer, which is on its way there, has waited for at a tier: whether its queue is a wait for
// the fetch of another, and for how long the tier, or one further up, has waited in vain.
func (m *message) addWaits(joined bool, inVain int64) {
	if joined {
		m.verdict |= joinedBit
	}
	if inVain > 0 {
		m.setInVain(inVain)
	}
}

// wordBits is how much of a word an answer needs for its own ns, 78 hours: what is above holds a part of others.
const wordBits = 48

// setInVain says that an answer has been waited for in vain for so many ns. A message has no room for them but in the highest bits of what
// else it says; one that needs these says nothing of them, so that it all counts as the way between sites.
func (m *message) setInVain(ns int64) {
	if uint64(m.says[0]|m.says[1]|m.service)>>wordBits != 0 || ns>>wordBits != 0 {
		return
	}
	m.verdict |= inVainBit
	m.says[0] |= ns >> 32 << wordBits
	m.says[1] |= ns >> 16 << wordBits
	m.service |= ns << wordBits
}

// takeInVain returns for how many ns an answer has been waited for in vain, and takes that out of what it says.
func (m *message) takeInVain() int64 {
	if m.verdict&inVainBit == 0 {
		return 0
	}
	const rest = 64 - wordBits
	ns := uint64(m.says[0])>>wordBits<<32 | uint64(m.says[1])>>wordBits<<16 | uint64(m.service)>>wordBits
	m.says[0], m.says[1], m.service = m.says[0]<<rest>>rest, m.says[1]<<rest>>rest, m.service<<rest>>rest
	m.verdict &^= inVainBit
	return int64(ns)
}

// waitedAbove notes what the answer to a fetch has waited for further up.
func (f *flight) waitedAbove(m *message) {
	f.joined = m.verdict&joinedBit != 0
	if m.verdict&inVainBit != 0 {
		f.takeInVain(m)
	}
}

func (f *flight) takeInVain(m *message) {
	if ns := m.takeInVain(); ns > 0 {
		f.second, f.asked = true, f.asked+ns
	}
}

// waitedInVain returns for how long whoever has asked a tier at an instant, and gets the first byte at another, has waited in vain for what its
// fetch has asked, and what that has asked.
func (f *flight) waitedInVain(asked, first int64) int64 {
	if !f.second {
		return 0
	}
	return max(min(f.asked, first)-asked, 0)
}

// waits says what one whose request has begun the fetch has waited for.
func (f *flight) waits(a *served) {
	a.queue, a.service, a.link = f.queue, f.service, f.link
	if f.joined {
		a.queue, a.collapse = 0, f.queue
	}
}
