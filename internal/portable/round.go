package portable

import "math"

// Round returns x to 40 bits, a relative change of at most 1e-12. It takes away the last bits in which a function of
// another library may differ between machines; only where its values lie on both sides of a middle, one case in four
// thousand of such, do they stay different.
func Round(x float64) float64 {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return x
	}
	const cut = 53 - 40
	return math.Float64frombits((math.Float64bits(x) + 1<<(cut-1)) &^ (1<<cut - 1))
}
