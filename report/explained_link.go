package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
)

// explainedLinks returns what events of links did to the ways of a request, of a run that begins so long after that of the scenario.
func explainedLinks(links []sim.LinkOnWay, begins time.Duration) (all []ExplainedLink) {
	at := func(d time.Duration) time.Duration { return d + begins }
	ms := func(d time.Duration) float64 { return explainedFloat(int64(at(d))) }
	for i := range links {
		l := &links[i]
		x := ExplainedLink{From: l.From, To: l.To, Path: l.Path}
		way := "the way " + strings.Join(l.Path, " > ")
		if f := l.Failure; f != nil {
			d := &l.Down
			x.Between, x.SinceMs, x.UntilMs = f.Between[:], ms(d.At), ms(d.At+d.For)
			down := fmt.Sprintf("%s - %s, which is down from %s to %s", f.Between[0], f.Between[1], words.Duration(at(d.At)), words.Duration(at(d.At+d.For)))
			routed := "it is up again before routes lead around it"
			if d.AroundUntil > 0 {
				x.RoutedSinceMs, x.RoutedUntilMs = ms(d.AroundFrom), ms(d.AroundUntil)
				routed = fmt.Sprintf("routes lead around it from %s to %s", words.Duration(at(d.AroundFrom)), words.Duration(at(d.AroundUntil)))
			}
			if x.Effect = "around"; l.What == sim.LostOn {
				x.Effect = "lost"
				x.text = fmt.Sprintf("lost on %s: it comes to the link %s; %s", way, down, routed)
			} else {
				x.text = fmt.Sprintf("%s leads around the link %s; %s", way, down, routed)
			}
		} else {
			d := l.Impairment
			x.Effect, x.Between, x.SinceMs, x.UntilMs = "impaired", d.Between[:], ms(d.At), ms(d.At+d.For)
			var how []string
			if d.Adds > 0 {
				how = append(how, fmt.Sprintf("takes %s longer each way", words.Duration(d.Adds)))
			}
			if d.LossRatio > 0 {
				how = append(how, fmt.Sprintf("loses %.4g %% of packets", 100*d.LossRatio))
			}
			x.text = fmt.Sprintf("%s goes over the link %s - %s, which %s from %s to %s", way, d.Between[0], d.Between[1], strings.Join(how, " and "),
				words.Duration(at(d.At)), words.Duration(at(d.At+d.For)))
		}
		all = append(all, x)
	}
	return all
}
