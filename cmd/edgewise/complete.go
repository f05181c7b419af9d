package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/topology/matrix"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// completionCmd prints what makes a shell complete.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"${enum}."`
	printFlag
}

// Help adds to what --help shows.
func (c *completionCmd) Help() string {
	return `bash: source <(edgewise completion bash), in ~/.bashrc
zsh: source <(edgewise completion zsh), in ~/.zshrc behind compinit
fish: edgewise completion fish | source, in ~/.config/fish/config.fish`
}

// shellScripts ask the command itself for what may stand next, one a line, behind a tab what it is. A line of filesWanted means files.
var shellScripts = map[string]string{
	"bash": `_edgewise() {
    local IFS=$'\n' found
    found=$(edgewise complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null) || return
    if [ "$found" = ":files" ]; then
        compopt -o filenames
        COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
        return
    fi
    COMPREPLY=($(printf '%s\n' "$found" | cut -f 1))
}
complete -F _edgewise edgewise
`,
	"zsh": `#compdef edgewise
_edgewise() {
    local -a found plain
    local line
    found=("${(@f)$(edgewise complete -- "${(@)words[2,CURRENT]}" 2> /dev/null)}")
    if [[ "$found[1]" == ":files" ]]; then
        _files
        return
    fi
    for line in $found; do
        plain+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    _describe edgewise plain
}
compdef _edgewise edgewise
`,
	"fish": `function __edgewise_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (edgewise complete -- $words[2..-1] 2> /dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c edgewise -f -a '(__edgewise_complete)'
`,
}

// Run prints the script.
func (c *completionCmd) Run(_ context.Context, s *streams) error {
	found := struct {
		Shell  string `json:"shell"`
		Script string `json:"script"`
	}{c.Shell, shellScripts[c.Shell]}
	return c.print(s.out, found, func(w io.Writer) error {
		_, err := io.WriteString(w, found.Script)
		return err
	})
}

// completeCmd says what may stand next on a command line: the scripts of [completionCmd] call it.
type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:"" help:"The words behind edgewise, the last as far as it is written."`
}

// filesWanted says that the name of a file is to follow.
const filesWanted = ":files"

// Run prints the candidates.
func (c *completeCmd) Run(_ context.Context, s *streams, parsed *kong.Context) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, candidate := range completions(parsed.Model.Node, words) {
		if _, err := fmt.Fprintln(s.out, candidate); err != nil {
			return err
		}
	}
	return nil
}

// completions returns what may stand in the place of the last word: words, each with what it is behind a tab, that begin with it.
func completions(node *kong.Node, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	flags := slices.Clone(node.Flags)
	places := 0 // positional words so far
	var waiting *kong.Flag
	for _, word := range words[:len(words)-1] {
		if waiting != nil {
			waiting = nil
			continue
		}
		if strings.HasPrefix(word, "-") && word != "-" {
			name, _, hasValue := strings.Cut(word, "=")
			i := slices.IndexFunc(flags, func(f *kong.Flag) bool {
				return name == "--"+f.Name || f.Short != 0 && name == "-"+string(f.Short)
			})
			if i >= 0 && !flags[i].IsBool() && !hasValue {
				waiting = flags[i]
			}
			continue
		}
		if i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word }); i >= 0 {
			node = node.Children[i]
			flags = append(flags, node.Flags...)
			continue
		}
		places++
	}
	var all []string
	add := func(text, about string) {
		if strings.HasPrefix(text, last) {
			all = append(all, text+"\t"+strings.ReplaceAll(about, "\n", " "))
		}
	}
	switch {
	case waiting != nil:
		return valuesOf(waiting.Value, last)
	case strings.HasPrefix(last, "--") && strings.Contains(last, "="):
		name, begun, _ := strings.Cut(last, "=")
		i := slices.IndexFunc(flags, func(f *kong.Flag) bool { return name == "--"+f.Name })
		if i < 0 {
			return nil
		}
		for _, v := range valuesOf(flags[i].Value, begun) {
			if v != filesWanted {
				v = name + "=" + v
			}
			all = append(all, v)
		}
	case strings.HasPrefix(last, "-"):
		for _, f := range flags {
			if !f.Hidden {
				add("--"+f.Name, firstSentence(f.Help))
			}
		}
	case len(node.Children) > 0:
		for _, n := range node.Children {
			if !n.Hidden {
				add(n.Name, firstSentence(n.Help))
			}
		}
	case len(node.Positional) > 0:
		return valuesOf(node.Positional[min(places, len(node.Positional)-1)], last)
	}
	return all
}

// firstSentence returns the beginning of a help, for there is little room.
func firstSentence(help string) string {
	first, _, _ := strings.Cut(help, ".")
	first, _, _ = strings.Cut(first, ":")
	return first
}

// valuesOf returns the values of a flag or an argument that begin with what is written: those of a list, places of the catalog, or files. Of
// several between commas it completes the last.
func valuesOf(v *kong.Value, begun string) (all []string) {
	before := ""
	if v.IsSlice() {
		if i := strings.LastIndexByte(begun, ','); i >= 0 {
			before, begun = begun[:i+1], begun[i+1:]
		}
	}
	add := func(text, about string) {
		if strings.HasPrefix(strings.ToLower(text), strings.ToLower(begun)) {
			all = append(all, before+text+"\t"+about)
		}
	}
	addNodes := func(nodes []topology.Node) {
		for _, n := range nodes {
			add(n.ID, fmt.Sprintf("%s, %s %v", n.Label(), n.Country, n.Kind))
		}
	}
	switch kind := v.Tag.Get("complete"); {
	case kind == "sites":
		addNodes(catalog.AllSites(catalog.ProviderAWS))
	case kind == "regions":
		for _, p := range catalog.Providers() {
			addNodes(catalog.Regions(p))
		}
	case kind == "metros":
		addNodes(catalog.Metros())
	case kind == "places":
		addNodes(catalog.AllSites(catalog.ProviderAWS))
		addNodes(catalog.Metros())
	case kind == "providers":
		for _, p := range catalog.Providers() {
			add(string(p), "")
		}
	case kind == "matrices":
		for _, name := range matrix.Names() {
			add(name, "")
		}
	case kind == "traces":
		for _, name := range trace.FormatNames() {
			add(name, "")
		}
	case kind != "":
		for _, name := range strings.Split(kind, " ") {
			add(name, "")
		}
	case v.Enum != "":
		for _, name := range v.EnumSlice() {
			add(name, "")
		}
	case v.IsBool():
	case strings.Contains(v.Tag.Type, "path") || strings.Contains(v.Tag.Type, "file") || v.Tag.PlaceHolder == "DIR" || v.Tag.PlaceHolder == "FILE":
		return []string{filesWanted}
	}
	return all
}
