// What is shown: a workload, a metro or all, and some placements. It stands in the address, so that a link shows the same.

export class State {
  constructor(data) {
    this.data = data;
    this.read();
  }

  read() {
    const q = new URLSearchParams(location.hash.slice(1));
    const {workloads, placements, metros} = this.data;
    this.workload = Math.max(0, workloads.findIndex(w => w.name === q.get("workload")));
    this.metro = metros.findIndex(m => m.id === q.get("metro"));
    const hidden = q.getAll("hide");
    this.on = placements.map(p => !hidden.includes(p.name));
    if (!this.on.some(Boolean)) this.on = placements.map(() => true);
    this.figure = q.get("figure") ?? "";
    this.curve = q.get("curve") ?? "";
    this.line = q.get("line") ?? "";
  }

  write() {
    const q = new URLSearchParams();
    if (this.workload > 0) q.set("workload", this.data.workloads[this.workload].name);
    if (this.metro >= 0) q.set("metro", this.data.metros[this.metro].id);
    this.on.forEach((on, i) => { if (!on) q.append("hide", this.data.placements[i].name); });
    if (this.figure) q.set("figure", this.figure);
    if (this.curve) q.set("curve", this.curve);
    if (this.line) q.set("line", this.line);
    history.replaceState(null, "", q.size ? `#${q}` : location.pathname + location.search);
  }

  get of() { return this.data.workloads[this.workload]; }
  get shown() { return this.data.placements.map((_, i) => i).filter(i => this.on[i]); }
  name(i) { return this.data.placements[i].name; }
}
