package topology

// Correction returns what corrects the delays of the network's routes, nil if nothing does. A correction of your
// own may ask it for what it changes.
func (n *Network) Correction() Correction { return n.correction }

// WithCorrection returns the network with its routes corrected by c in place of [Network.Correction]; nil stands
// for the plain sums of link delays. Links and round trips that were measured stay what they are.
func (n *Network) WithCorrection(c Correction) *Network {
	corrected := *n
	corrected.correction = c
	return &corrected
}
