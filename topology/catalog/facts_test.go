package catalog_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// site returns a site by its ID.
func site(t *testing.T, p catalog.Provider, id string) topology.Node {
	t.Helper()
	for _, n := range catalog.AllSites(p) {
		if n.ID == id {
			return n
		}
	}
	t.Fatalf("no site %s", id)
	return topology.Node{}
}

func TestSitesOpenWhenTheyDid(t *testing.T) {
	day := func(text string) time.Time {
		d, err := catalog.ParseDate(text)
		require.NoError(t, err)
		return d.From
	}
	for _, c := range []struct {
		id, day string
		want    catalog.Status
	}{
		{"ap-southeast-6", "2025-09-01", catalog.NotYet}, {"ap-southeast-6", "2025-09-02", catalog.Open}, {"ap-southeast-6", "", catalog.Open},
		{"eusc-de-east-1", "2023-10", catalog.NotYet}, {"eusc-de-east-1", "2024", catalog.Announced}, {"eusc-de-east-1", "2026-01", catalog.Open},
		{"sa-west-1", "2025-04-30", catalog.NotYet}, {"sa-west-1", "2026-11-28", catalog.Announced}, {"sa-west-1", "", catalog.Announced},
		{"us-east-2-jan-1", "", catalog.Unverified}, {"us-west-2-las-1", "2000", catalog.Open},
		{"us-west-2-las-2", "2026-08-19", catalog.NotYet}, {"us-west-2-las-2", "2026-08-20", catalog.Open}, {"eu-central-1-ath-1", "", catalog.Open},
		{"ap-southeast-2-per-1", "2022-06", catalog.Announced}, {"us-east-1-nyc-2", "2025-01-07", catalog.NotYet},
	} {
		require.Equal(t, c.want, catalog.StatusAt(site(t, catalog.ProviderAWS, c.id), day(c.day)), "%s on %q", c.id, c.day)
	}
	require.Equal(t, []string{"a", "b"}, catalog.FactsOf(site(t, catalog.ProviderAWS, "us-west-2-las-1")).Zones)
	qualified := catalog.Qualified([]topology.Node{site(t, catalog.ProviderAWS, "sa-west-1")})[0]
	require.Equal(t, catalog.Announced, catalog.StatusOf(qualified))
	_, err := catalog.ParseDate("2025-13")
	require.ErrorContains(t, err, "a month such as 2025-09")
}

// Whoever asks for all regions does not get one that nobody can rent.
func TestAnnouncedSitesHaveToBeNamed(t *testing.T) {
	for _, words := range [][]string{{"all"}, {"country:CL", "us-east-1"}, {"continent:South America"}} {
		n, err := catalog.AWS(catalog.Selection{TopMetros: 1, Regions: words, LocalZones: []string{"us-east-1-scl-1"}})
		if err != nil {
			require.ErrorContains(t, err, "a country with a region")
			continue
		}
		_, ok := n.Index("sa-west-1")
		require.False(t, ok, words)
	}
	n, err := catalog.AWS(catalog.Selection{TopMetros: 1, Regions: []string{"sa-west-1"}})
	require.NoError(t, err)
	_, ok := n.Index("sa-west-1")
	require.True(t, ok)
}

// Every fact is of a site, has a source, and is in the order of time.
func TestFactsAreOfSites(t *testing.T) {
	facts := 0
	for _, p := range catalog.Providers() {
		for _, n := range catalog.AllSites(p) {
			f := catalog.FactsOf(n)
			if f.Source == "" {
				continue
			}
			facts++
			require.False(t, f.Announced.IsKnown() && f.Opened.IsKnown() && f.Opened.From.Before(f.Announced.From), n.ID)
		}
	}
	require.Equal(t, 54, facts, "rows of site_facts.csv")
}
