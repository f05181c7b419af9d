package workload

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Peers says that the two players of a match exchange their inputs directly, frame by frame, and each runs the game: there is no
// server. The zero value plays on a server.
//
// A frame lasts 1/[Matched].TickHz. What a player enters counts InputDelay frames later, on both machines. Where it comes later to the
// other one, that has predicted it and rolls back: it goes back to the frame that the input is for and plays on from there, at once
// (GGPO Developer Guide, "Frame Delay vs. Speculative Execution"; Pusch, "Explaining how fighting games use delay-based and rollback
// netcode", 2019). With Rollback 0 nothing is predicted, and the game waits: what is called delay-based. The frames of both machines
// begin together, as the time synchronization of such games is to see to; each packet has all inputs that the other has not
// confirmed, so that the next one says what a lost one said.
//
// The sites of such a game are where its players look for each other, each with a lobby of its own; fights take none of their cores, and
// go on when a site fails. The ladder of the [Market] and MaxRTT limit the round trip between two players.
type Peers struct {
	// InputDelay is for how many frames a machine holds back its player's inputs: 0 to 60.
	InputDelay int
	// Rollback is how many frames a machine plays at most without the other's input, 0 to 60; then the game stands still until it
	// comes. GGPO has 8 (GGPO_MAX_PREDICTION_FRAMES).
	Rollback int
}

// IsZero reports whether a server runs the game.
func (p Peers) IsZero() bool { return p == Peers{} }

// Meets returns what becomes of an input that takes so long to the other machine, in a game with frames of a length: when after it was
// sent that machine takes it in, and how many frames it had played without it and rolls back. Where the game has stood still for it, it
// is taken in as it comes.
//
// An input that comes before its frame waits for that. Any other is taken in with the first frame that begins after it has come: frames
// InputDelay to ceil(delay/frame) - 1 have been played without it, counted from the one in which it was sent.
func (p Peers) Meets(delay, frame time.Duration) (takenIn time.Duration, rolledBack int, stoodStill bool) {
	frames := int((delay + frame - 1) / frame)
	if frames <= p.InputDelay {
		return time.Duration(p.InputDelay) * frame, 0, false
	}
	if rolledBack = frames - p.InputDelay; rolledBack > p.Rollback {
		return delay, p.Rollback, true
	}
	return time.Duration(frames) * frame, rolledBack, false
}

// mostPeerFrames bounds how many frames inputs are delayed and rolled back.
const mostPeerFrames = 60

// validatePeers names the first field of a game without a server that is out of range or would have no effect.
func (m Matched) validatePeers() error {
	const noServer = "0: players who exchange their inputs directly (Peers) have no server"
	p, k, d := m.Peers, &m.Market, &m.Display
	if p.IsZero() {
		return nil
	}
	return invalid.First(
		invalid.In("Peers", invalid.First(
			invalid.Range("InputDelay", p.InputDelay, 0, mostPeerFrames),
			invalid.Range("Rollback", p.Rollback, 0, mostPeerFrames),
		)),
		invalid.Check(m.MatchPlayers == 2, "MatchPlayers", m.MatchPlayers, "2: players exchange their inputs directly (Peers)"),
		invalid.Check(m.MinPlayers == 2, "MinPlayers", m.MinPlayers, "2: nobody exchanges inputs (Peers) alone"),
		invalid.Check(m.LobbyTimeout == 0, "LobbyTimeout", m.LobbyTimeout, "0: no match starts short of two players (Peers)"),
		invalid.Check(m.UpdateHz == 0, "UpdateHz", m.UpdateHz, "0: players send an input a frame (Peers)"),
		invalid.Check(m.TickTime == 0, "TickTime", m.TickTime, noServer),
		invalid.Check(m.TickTimePerPlayer == 0, "TickTimePerPlayer", m.TickTimePerPlayer, noServer),
		invalid.Check(m.TickTimePerPair == 0, "TickTimePerPair", m.TickTimePerPair, noServer),
		invalid.Check(m.MatchesPerServer == 0, "MatchesPerServer", m.MatchesPerServer, noServer),
		invalid.Check(m.CoresPerMatch == 0, "CoresPerMatch", m.CoresPerMatch, noServer),
		invalid.Check(k.Choice == ByRouting, "Market.Choice", k.Choice, "routing: no site plays a match of players who exchange their inputs directly (Peers)"),
		invalid.Check(k.Full == Wait, "Market.Full", k.Full, "wait: no site is ever full of players who exchange their inputs directly (Peers)"),
		invalid.Check(k.Backfill == 0, "Market.Backfill", k.Backfill, "0: a match of two (Peers) ends when one leaves"),
		invalid.Check(len(k.Parties) <= 2, "Market.Parties", k.Parties, "parties of 2 at most (Peers)"),
		invalid.Check(m.Data.Probability == 0 || m.Data.Calls == 0, "Data.Probability", m.Data.Probability, noServer),
		invalid.Check(m.Cloud == Cloud{}, "Cloud.BitsPerSecond", megabits(m.Cloud.BitsPerSecond), noServer),
		invalid.Check(d.FramesPerSecond == 0 || d.FramesPerSecond == m.TickHz, "Display.FramesPerSecond", d.FramesPerSecond, "0, or that of TickHz: the frames of the game are those whose inputs its players exchange (Peers)"),
		invalid.Check(d.Interpolation == 0, "Display.Interpolation", d.Interpolation, "0: Peers.InputDelay says how long inputs are held back"),
		invalid.Check(!d.Prediction, "Display.Prediction", d.Prediction, "false: Peers.Rollback says how far players predict"),
		invalid.Check(d.LagCompensation == 0, "Display.LagCompensation", d.LagCompensation, noServer),
	)
}
