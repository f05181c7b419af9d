package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

const twoPairs = `id,a_lat,a_lon,b_lat,b_lon,a_country,b_country,class,tech
near,34.05,-118.24,37.77,-122.42,US,US,internet,
far,34.05,-118.24,51.51,-0.13,,,backbone,lte
`

// runWith executes a command line with a text on its standard input.
func runWith(t *testing.T, input string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(context.Background(), args, &streams{in: strings.NewReader(input), out: &o, err: &e})
	return code, o.String(), e.String()
}

func TestRTTSaysTheSameFromFileAndStandardInput(t *testing.T) {
	dir := t.TempDir()
	file, written := filepath.Join(dir, "pairs.csv"), filepath.Join(dir, "rtts.csv")
	require.NoError(t, os.WriteFile(file, []byte(twoPairs), 0o644))
	code, want, errs := runWith(t, twoPairs, "rtt")
	require.Zero(t, code, errs)
	require.Regexp(t, `^id,pred_ms\nnear,\d+\.\d{3}\nfar,\d+\.\d{3}\n$`, want)

	code, out, _ := runWith(t, twoPairs, "rtt", "-")
	require.Zero(t, code)
	require.Equal(t, want, out)
	code, out, _ = runWith(t, "", "rtt", file)
	require.Zero(t, code)
	require.Equal(t, want, out)
	code, out, _ = runWith(t, "", "rtt", file, "-o", written)
	require.Zero(t, code)
	require.Empty(t, out)
	text, err := os.ReadFile(written)
	require.NoError(t, err)
	require.Equal(t, want, string(text))
}

func TestRTTSaysWhatItRestsOn(t *testing.T) {
	_, plain, _ := runWith(t, twoPairs, "rtt")
	code, out, errs := runWith(t, twoPairs, "rtt", "--explain")
	require.Zero(t, code, errs)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"id", "pred_ms", "low_ms", "high_ms", "by", "ways", "correction", "detour", "near_a", "near_b"}, rows[0])
	require.Len(t, rows, 3)
	for _, row := range rows[1:] {
		require.Contains(t, plain, row[0]+","+row[1], "the round trip is the same")
		low, _ := strconv.ParseFloat(row[2], 64)
		ms, _ := strconv.ParseFloat(row[1], 64)
		high, _ := strconv.ParseFloat(row[3], 64)
		require.Less(t, low, ms)
		require.Greater(t, high, ms)
	}
	require.Contains(t, rows[1][5], "nearest hubs LAX SJC ")
	require.Contains(t, rows[1][5], " towns town-")
	require.Regexp(t, `^los-angeles-us 0 km 1.00; `, rows[1][8])
	require.Equal(t, "model", rows[2][4])

	code, out, errs = runWith(t, twoPairs, "rtt", "--explain", "--format", "json")
	require.Zero(t, code, errs)
	var found []explainedPair
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	require.Equal(t, "near", found[0].ID)
	hubs := slices.IndexFunc(found[0].Ways, func(w way) bool { return w.By == "nearest hubs" })
	require.Equal(t, []string{"LAX", "SJC"}, found[0].Ways[hubs].Over)
	log, share := 0.0, 0.0
	for _, w := range found[0].Ways {
		log += w.Share * math.Log(w.RTTMs)
		share += w.Share
	}
	require.InDelta(t, 1, share, 1e-5)
	require.InDelta(t, found[0].RTTMs, math.Exp(log)*found[0].Correction, 1e-3, "what is told makes the round trip")
	require.Len(t, found[0].NearB, 3)
}

func TestRTTGoesAroundWhatIsCut(t *testing.T) {
	const pair = "id,a_lat,a_lon,b_lat,b_lon,a_country,b_country\nx,30.05,31.25,1.3,103.8,EG,SG\n"
	ms := func(args ...string) float64 {
		code, out, errs := runWith(t, pair, append([]string{"rtt"}, args...)...)
		require.Zero(t, code, errs)
		x, err := strconv.ParseFloat(strings.TrimSpace(out[strings.LastIndex(out, ",")+1:]), 64)
		require.NoError(t, err)
		return x
	}
	require.Greater(t, ms("--cut", "MRS"), ms()+5)
	require.Equal(t, ms("--cut", "LAX-SYD"), ms(), "not on the way")
	code, _, errs := runWith(t, pair, "rtt", "--cut", "XYZ")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--cut is XYZ; want the ID of a hub (AKL, AMS, ATL, ")
	code, _, errs = runWith(t, pair, "rtt", "--cut", "mrs,MRS-SYD,red-sea")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--cut is mrs; want MRS, in capitals\n--cut is MRS-SYD; want two hubs that a cable joins", "all at once")
	without := *calibrate.Default()
	without.Trunks.Cables = nil
	model := filepath.Join(t.TempDir(), "model.json")
	var text bytes.Buffer
	require.NoError(t, without.Write(&text))
	require.NoError(t, os.WriteFile(model, text.Bytes(), 0o644))
	code, _, errs = runWith(t, pair, "rtt", "--model", model, "--cut", "MRS")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "no cables", "a model need not know them")
}

func TestRTTWritesNothingForAMistake(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.json")
	require.NoError(t, os.WriteFile(bad, []byte("{}"), 0o644))
	out := filepath.Join(dir, "rtts.csv")
	for _, c := range []struct {
		input, want string
		args        []string
	}{
		{strings.Replace(twoPairs, "51.51", "151.51", 1), `standard input:3: column b_lat`, nil},
		{strings.Replace(twoPairs, "lte", "6g", 1), `standard input:3: column tech`, nil},
		{strings.Replace(twoPairs, "US,US", "US,ZZ", 1), `standard input:2: column b_country: value "ZZ"`, nil},
		{strings.Replace(twoPairs, "US,US", "XX,US", 1), `standard input:2: column a_country: value "XX"`, nil},
		{strings.Replace(twoPairs, "b_lat,", "", 1), `b_lat`, nil},
		{"", "standard input:1", nil},
		{"", "none.csv", []string{filepath.Join(dir, "none.csv")}},
		{twoPairs, "bad.json", []string{"--model", bad}},
	} {
		code, printed, errs := runWith(t, c.input, append([]string{"rtt", "-o", out}, c.args...)...)
		require.Equal(t, exitUsage, code, c.want)
		require.Contains(t, errs, c.want)
		require.Empty(t, printed)
		require.NoFileExists(t, out)
	}
	pairs := filepath.Join(dir, "pairs.csv")
	require.NoError(t, os.WriteFile(pairs, []byte(twoPairs), 0o644))
	for _, args := range [][]string{{"rtt", pairs, "-o", pairs}, {"rtt", pairs, "--model", bad, "-o", bad}} {
		code, _, errs := runWith(t, "", args...)
		require.Equal(t, exitUsage, code)
		require.Contains(t, errs, "it is the same file as")
	}
	text, err := os.ReadFile(pairs)
	require.NoError(t, err)
	require.Equal(t, twoPairs, string(text))
	code, _, errs := runWith(t, twoPairs, "rtt", "-o", dir)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, dir)
}

func TestAFileThatCannotBeWrittenLeavesNoRestBehind(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "in-the-way")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.ErrorContains(t, writeOutput(dir, nil, []byte("x")), dir)
	first := filepath.Join(filepath.Dir(dir), "first")
	require.ErrorContains(t, writeOutputs([]madeFile{{first, []byte("x")}, {filepath.Join(dir, "none", "second"), nil}}, nil), "second")
	require.NoFileExists(t, first, "all files or none")
	require.ErrorContains(t, checkOutputs([]string{dir}, nil), "is a directory; want a file")
	require.NoError(t, checkOutputs([]string{filepath.Join(dir, "new")}, nil))
	for _, d := range []string{dir, filepath.Dir(dir)} {
		rest, err := filepath.Glob(filepath.Join(d, ".*-*"))
		require.NoError(t, err)
		require.Empty(t, rest)
	}
}

func TestRTTDrawsTheMapOfTransit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.svg")
	code, printed, errs := run(t, context.Background(), "rtt", "--cut", "red-sea", "--map", file)
	require.Zero(t, code, errs)
	require.Empty(t, printed, "nobody asked for pairs")
	drawn, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, want := range []string{"Without red-sea", ">MRS<", ">MBA<"} {
		require.Contains(t, string(drawn), want)
	}
	require.Contains(t, string(drawn), "stroke-dasharray", "what is cut")
	code, _, errs = run(t, context.Background(), "rtt", "--map", file)
	require.Zero(t, code, errs)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(whole), "stroke-dasharray")
	shown, err := os.ReadFile("../../docs/delay-transit.svg")
	require.NoError(t, err)
	require.True(t, bytes.Equal(whole, shown), "docs/delay-transit.svg is not what edgewise rtt --map draws")
	code, _, errs = run(t, context.Background(), "rtt", "--map", filepath.Join(t.TempDir(), "map.txt"))
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, `ends in ".txt"; want one of .svg, .png, .pdf`)
}
