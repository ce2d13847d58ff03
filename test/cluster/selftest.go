// Shows that the judgement finds what it is for: a history of a correct server is accepted, and each planted fault is found.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const selfTestQuota = 400

// A server that does one request after the other, by rules of its own code (not the model's), for histories of several clients.
type fakeServer struct {
	r       *rand.Rand
	time    int64
	secrets map[string]secret // by id
	made    int
	history []operation
	entries []auditEntry
	tenant  string
	busy    [3]int64        // until when each client waits for its answer
	shown   map[string]bool // ids that answers have shown
}

func newFakeServer(seed int64) *fakeServer {
	return &fakeServer{r: rand.New(rand.NewSource(seed)), secrets: map[string]secret{}, shown: map[string]bool{}, tenant: newUser()}
}

// The moment at which the request takes effect is `f.time`; its answer arrives later, when others have begun.
func (f *fakeServer) record(op operation) {
	f.time += 1000 + f.r.Int63n(1000)
	for f.busy[op.Client] >= f.time-500 {
		f.time += 1000
	}
	op.Tenant, op.Host = f.tenant, []string{"a", "b"}[f.r.Intn(2)]
	wait := f.time - f.busy[op.Client]
	if wait > 3000 {
		wait = 3000
	}
	op.Call = f.time - f.r.Int63n(wait)
	op.Return = f.time + f.r.Int63n(4000)
	f.busy[op.Client] = op.Return
	if op.Outcome == "" {
		op.Outcome = answered
	}
	op.Trace = "00-" + random(16) + "-" + random(8) + "-01"
	f.history = append(f.history, op)
	for _, s := range op.Secrets {
		f.shown[s.ID] = true
	}
}

func (f *fakeServer) enter(action string, ids ...string) {
	f.entries = append(f.entries, auditEntry{Action: action, Outcome: "ok", Tenant: f.tenant, Secrets: ids, Trace: f.history[len(f.history)-1].Trace})
}

func seen(s secret) secret {
	s.Mask, s.Value = mask(s.Value), ""
	return s
}

func (f *fakeServer) all() (list []secret, used int64) {
	for _, s := range f.secrets {
		list = append(list, seen(s))
		used += size(s)
	}
	return list, used
}

func (f *fakeServer) why(s secret) (status int, detail string) {
	var used int64
	for id, other := range f.secrets {
		if id == s.ID {
			if size(s) <= size(other) {
				used -= 1 << 40
			}
			continue
		}
		if other.Name == s.Name {
			return 409, nameTaken
		}
		if other.Default && s.Default && other.Tool == s.Tool && other.Arg == s.Arg {
			return 409, defaultTaken
		}
		used += size(other)
	}
	if used+size(s) > selfTestQuota {
		return 413, ""
	}
	return 200, ""
}

func (f *fakeServer) anyID() string {
	for id := range f.secrets {
		if f.shown[id] {
			return id
		}
	}
	return "00000000-0000-7000-8000-000000000000"
}

// One request, with an effect; now and then its answer is lost.
func (f *fakeServer) request() {
	client := f.r.Intn(3)
	switch choice := f.r.Intn(10); {
	case choice < 3:
		s := randomSecret(f.r)
		f.made++
		op := operation{Client: client, Kind: "create", New: &s}
		id := fmt.Sprintf("00000000-0000-7000-8000-%012d", f.made)
		f.change(op, s, id, "secret.create")
	case choice < 5:
		id := f.anyID()
		p := randomPatch(f.r)
		op := operation{Client: client, Kind: "patch", ID: id, Patch: &p}
		if before, exists := f.secrets[id]; exists {
			f.change(op, applied(before, p), id, "secret.update")
		} else {
			op.Status = 404
			f.record(op)
		}
	case choice < 6:
		id := f.anyID()
		op := operation{Client: client, Kind: "delete", ID: id, Status: 404}
		s, exists := f.secrets[id]
		if exists {
			op.Status, op.Secrets = 200, []secret{seen(s)}
			delete(f.secrets, id)
		}
		f.record(op)
		if exists {
			f.enter("secret.delete", id)
		}
	case choice < 8:
		list, used := f.all()
		f.record(operation{Client: client, Kind: "list", Status: 200, Secrets: list})
		f.record(operation{Client: (client + 1) % 3, Kind: "quota", Status: 200, Used: used, Count: int64(len(list))})
	default:
		f.resolve(client)
	}
}

func (f *fakeServer) change(op operation, s secret, id, action string) {
	s.ID = id
	op.Status, op.Detail = f.why(s)
	lost := f.r.Intn(8) == 0
	if op.Status == 200 {
		if !lost || f.r.Intn(2) == 0 {
			f.secrets[id] = s
		}
		op.Secrets = []secret{seen(s)}
	}
	status := op.Status
	if lost {
		op.Status, op.Secrets, op.Outcome, op.Detail = 503, nil, unknown, ""
	}
	f.record(op)
	if _, exists := f.secrets[id]; exists && status == 200 && f.secrets[id] == s {
		f.enter(action, id)
	}
}

func (f *fakeServer) resolve(client int) {
	tool := toolPrefix + []string{"t0", "t1"}[f.r.Intn(2)]
	released := map[string]secret{}
	tools := map[string]string{}
	var ids []string
	for id, s := range f.secrets {
		if s.Default && (s.Tool == tool || s.Tool == toolPrefix+"t*" && tools[s.Arg] == "") {
			released[s.Arg] = secret{ID: id, Name: s.Name, Value: s.Value}
			tools[s.Arg] = s.Tool
		}
	}
	for _, s := range released {
		ids = append(ids, s.ID)
	}
	f.record(operation{Client: client, Kind: "resolve", Tool: tool, Status: 200, Released: released})
	if len(ids) > 0 {
		f.enter("secret.release", ids...)
	}
}

func (f *fakeServer) useKeys() {
	second := int64(time.Second)
	add := func(kind, host string, status int, call, duration int64) {
		f.history = append(f.history, operation{Kind: kind, Host: host, Tenant: f.tenant, ID: "key", Status: status, Outcome: answered, Call: call,
			Return: call + duration})
	}
	add("make-key", "a", 200, 0, second)
	add("use-key", "a", 200, 2*second, second)
	add("use-key", "b", 200, 2*second, second)
	add("revoke-key", "a", 200, 4*second, second)
	add("use-key", "b", 200, 6*second, second/100) // 1 s after the answer: as promised
	add("use-key", "b", 401, 8*second, second/100)
	add("use-key", "a", 401, 6*second, second/100)
}

// Whether a change of that secret was not answered: it may be applied at any time.
func (f *fakeServer) inDoubt(id string) bool {
	return f.find(func(op *operation) bool { return op.ID == id && op.Outcome == unknown }) != nil
}

// A history and its audit log, for a fault to be planted in.
type plant struct {
	name   string
	words  string // of the finding
	strict bool
	change func(f *fakeServer) bool // false: this history has no place for it
}

// The first request that fits.
func (f *fakeServer) find(fits func(op *operation) bool) *operation {
	for i := range f.history {
		if fits(&f.history[i]) {
			return &f.history[i]
		}
	}
	return nil
}

func acknowledged(kind string) func(op *operation) bool {
	return func(op *operation) bool { return op.Kind == kind && op.Status == 200 && op.Outcome == answered }
}

// All that was in doubt is seen once more; then some time passes, so that what follows is after it.
func (f *fakeServer) settle() []secret {
	f.time += 1e6
	list, _ := f.all()
	f.record(operation{Client: 0, Kind: "list", Status: 200, Secrets: list})
	f.time += 1e6
	return append([]secret(nil), list...)
}

func plants() []plant {
	lists := func(fits func(s secret) bool) func(op *operation) bool {
		return func(op *operation) bool {
			return acknowledged("list")(op) && len(op.Secrets) > 0 && fits(op.Secrets[0])
		}
	}
	return []plant{
		{"a lost update: the last acknowledged value is not listed", "not linearizable", false, func(f *fakeServer) bool {
			op := f.find(lists(func(secret) bool { return true }))
			op.Secrets[0].Mask = "0000****0000"
			return true
		}},
		{"a lost create", "not linearizable", false, func(f *fakeServer) bool {
			list := f.settle()
			if len(list) == 0 {
				return false
			}
			f.record(operation{Client: 0, Kind: "list", Status: 200, Secrets: list[1:]})
			return true
		}},
		{"a stale read: a list from before the last acknowledged delete", "not linearizable", false, func(f *fakeServer) bool {
			before := f.settle()
			if len(before) == 0 {
				return false
			}
			id := before[0].ID
			delete(f.secrets, id)
			f.time += 1e6
			f.record(operation{Client: 0, Kind: "delete", ID: id, Status: 200, Secrets: before[:1]})
			f.enter("secret.delete", id)
			f.time += 1e6
			f.record(operation{Client: 1, Kind: "list", Status: 200, Secrets: before})
			return true
		}},
		{"the same name twice", "not linearizable", false, func(f *fakeServer) bool {
			list := f.settle()
			if len(list) == 0 || f.inDoubt(list[0].ID) {
				return false
			}
			s := secret{Name: list[0].Name, Value: randomValue(f.r)}
			f.time += 1e6
			f.record(operation{Client: 2, Kind: "create", New: &s, Status: 200, Secrets: []secret{
				{ID: "ffffffff-0000-7000-8000-000000000000", Name: s.Name, Mask: mask(s.Value)}}})
			f.enter("secret.create", "ffffffff-0000-7000-8000-000000000000")
			return true
		}},
		{"two defaults of one binding", "not linearizable", false, func(f *fakeServer) bool {
			for _, s := range f.settle() {
				if !s.Default || f.inDoubt(s.ID) {
					continue
				}
				n := secret{Name: "other", Value: randomValue(f.r), Tool: s.Tool, Arg: s.Arg, Default: true}
				f.time += 1e6
				answer := seen(n)
				answer.ID = "ffffffff-0000-7000-8000-000000000000"
				f.record(operation{Client: 2, Kind: "create", New: &n, Status: 200, Secrets: []secret{answer}})
				f.enter("secret.create", answer.ID)
				return true
			}
			return false
		}},
		{"a counter that is not the sum", "not linearizable", false, func(f *fakeServer) bool {
			op := f.find(acknowledged("quota"))
			op.Used += selfTestQuota
			return true
		}},
		{"a refusal for room when there is some", "not linearizable", false, func(f *fakeServer) bool {
			f.time += 1e6
			f.secrets = map[string]secret{}
			s := secret{Name: "x", Value: strings.Repeat("v", 32)}
			op := operation{Client: 2, Kind: "create", New: &s, Status: 413}
			f.history, f.entries, f.time, f.busy = nil, nil, 0, [3]int64{}
			f.record(op)
			f.record(operation{Client: 1, Kind: "list", Status: 200})
			return true
		}},
		{"a released value that was replaced", "not linearizable", false, func(f *fakeServer) bool {
			op := f.find(func(op *operation) bool { return op.Kind == "resolve" && len(op.Released) > 0 })
			if op == nil {
				return false
			}
			for arg, s := range op.Released {
				s.Value = strings.Repeat("z", 40)
				op.Released[arg] = s
			}
			return true
		}},
		{"a release without its entry", "no entry secret.release", false, func(f *fakeServer) bool {
			return f.dropEntry("secret.release")
		}},
		{"a change without its entry", "no entry secret.create", false, func(f *fakeServer) bool {
			return f.dropEntry("secret.create")
		}},
		{"a change that was applied twice", "2 entries secret.", false, func(f *fakeServer) bool {
			for _, entry := range f.entries {
				if strings.HasPrefix(entry.Action, "secret.") && entry.Action != "secret.release" {
					f.entries = append(f.entries, entry)
					return true
				}
			}
			return false
		}},
		{"ids that fall", "ids do not rise", false, func(f *fakeServer) bool {
			op := f.find(acknowledged("create"))
			s := op.Secrets[0]
			s.ID = "ffffffff-0000-7000-8000-000000000000"
			op.Secrets = []secret{s}
			return true
		}},
		{"a key that works for too long", "after its revocation", false, func(f *fakeServer) bool {
			f.find(func(op *operation) bool { return op.Kind == "use-key" && op.Call == 8*int64(time.Second) }).Status = 200
			return true
		}},
		{"a key that the revoking host still takes", "the host that had revoked it", false, func(f *fakeServer) bool {
			f.find(func(op *operation) bool { return op.Kind == "use-key" && op.Status == 401 && op.Host == "a" }).Status = 200
			return true
		}},
		{"a key that works once more although revocation is strict", "after its revocation", true, func(f *fakeServer) bool { return true }},
		{"a key that is refused too early", "before it was revoked", false, func(f *fakeServer) bool {
			f.find(func(op *operation) bool { return op.Kind == "use-key" }).Status = 401
			return true
		}},
		{"a fault of the server", "unexpected answer", false, func(f *fakeServer) bool {
			op := f.find(acknowledged("list"))
			op.Status, op.Outcome = 500, nothing
			return true
		}},
	}
}

// Removes the entry of an acknowledged request.
func (f *fakeServer) dropEntry(action string) bool {
	for i, entry := range f.entries {
		op := f.find(func(op *operation) bool { return op.Trace == entry.Trace })
		if entry.Action == action && op.Status == 200 {
			f.entries = append(f.entries[:i:i], f.entries[i+1:]...)
			return true
		}
	}
	return false
}

func fakeHistory(seed int64) *fakeServer {
	f := newFakeServer(seed)
	for i := 0; i < 60; i++ {
		f.request()
	}
	f.useKeys()
	return f
}

func selfTest([]string) error {
	folder, err := os.MkdirTemp("", "cluster-self-test-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	options := checkOptions{quota: selfTestQuota, stale: 2 * time.Second, timeout: time.Minute, audit: filepath.Join(folder, "audit"), folder: folder}
	const histories = 20
	for seed := int64(1); seed <= histories; seed++ {
		f := fakeHistory(seed)
		if v := judge(f.history, f.entries, options); len(v.faults) > 0 {
			return fmt.Errorf("a correct history (seed %d) was refused: %s", seed, strings.Join(v.faults, "\n"))
		}
	}
	fmt.Printf("%d correct histories were accepted\n", histories)
	for _, p := range plants() {
		planted := 0
		for seed := int64(1); seed <= histories; seed++ {
			f := fakeHistory(seed)
			if !p.change(f) {
				continue
			}
			planted++
			o := options
			o.strict = p.strict
			v := judge(f.history, f.entries, o)
			if !strings.Contains(strings.Join(v.faults, "\n"), p.words) {
				return fmt.Errorf("%s (seed %d): was not found, but: %q", p.name, seed, v.faults)
			}
		}
		if planted < histories/4 {
			return fmt.Errorf("%s: only %d histories have a place for it", p.name, planted)
		}
		fmt.Printf("found %d times: %s\n", planted, p.name)
	}
	return nil
}
