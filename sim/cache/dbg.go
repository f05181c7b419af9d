package cache

import (
	"os"
	"strings"
)

func dbg(x string) bool { return strings.Contains(dbgs, x) }

var dbgs = os.Getenv("DBG")
var dA, dB, dC, dD, dE, dF, dG = dbg("A"), dbg("B"), dbg("C"), dbg("D"), dbg("E"), dbg("F"), dbg("G")
