package cache

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewRefusesBadConfigs(t *testing.T) {
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"no capacity", Config{}, "CapacityBytes is 0; want 1 or more, or CapacityObjects"},
		{"two capacities", Config{CapacityBytes: 1, CapacityObjects: 2}, "only one of them"},
		{"negative bytes", Config{CapacityBytes: -5}, "CapacityBytes is -5; want 1 or more"},
		{"negative objects", Config{CapacityObjects: -5}, "CapacityObjects is -5"},
		{"too many objects", Config{CapacityObjects: math.MaxInt64}, "want 1 to 536870911"},
		{"negative keys", Config{CapacityBytes: 1, DenseKeys: -1}, "DenseKeys is -1"},
		{"unknown policy", Config{Policy: "lur", CapacityBytes: 1}, "Policy is lur; want one of lru"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(tt.cfg)
			require.ErrorContains(t, err, tt.want)
			require.Nil(t, c)
		})
	}
}
