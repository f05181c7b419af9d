package sim

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestMessageFillsALineOfTheProcessorsCache(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(message{}), uintptr(64))
}
