package sim

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestATicketIsTwoLinesOfTheCache(t *testing.T) {
	require.Equal(t, uintptr(128), unsafe.Sizeof(ticket{}))
	require.LessOrEqual(t, unsafe.Sizeof(partyPlayer{}), uintptr(64))
}
