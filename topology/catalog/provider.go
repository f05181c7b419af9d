package catalog

import (
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Provider owns sites. Its value is the name that files and commands use.
type Provider string

// The providers in the catalog.
const (
	ProviderAWS        Provider = "aws"
	ProviderAzure      Provider = "azure"
	ProviderGoogle     Provider = "google"
	ProviderCloudflare Provider = "cloudflare"
	ProviderFastly     Provider = "fastly"
)

// Providers returns all providers in the catalog.
func Providers() []Provider {
	return []Provider{ProviderAWS, ProviderAzure, ProviderGoogle, ProviderCloudflare, ProviderFastly}
}

// ParseProvider returns the provider with the given name. The error lists the names allowed.
func ParseProvider(name string) (Provider, error) {
	var names []string
	for _, p := range Providers() {
		if string(p) == name {
			return p, nil
		}
		names = append(names, string(p))
	}
	return "", invalid.New("provider", strconv.Quote(name), "one of %s", strings.Join(names, ", "))
}
