package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"invites/shared/invite"
)

const (
	// maxRows and maxManyBody are the limits of a call of many (contract).
	maxRows     = 100
	maxManyBody = 64 << 10
	// rowsAtOnce go side by side: a hundred rows take the time of ten, and of the
	// function's connections some are left.
	rowsAtOnce = 10
	// answerTime is kept of the function's time to answer in.
	answerTime = time.Second
)

// Result is what became of one row: the answer that a call of its own would have had.
type Result struct {
	Index   int      `json:"index"`
	Status  int      `json:"status"`
	Invite  *Invite  `json:"invite,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

// many is a call whose body holds rows. It is answered with 200 and a result for each
// row, in their order; no row fails another. What is wrong with the call as a whole
// (the caller, the JSON, the number of rows) refuses all of it, and nothing is done.
type many struct {
	name   string         // of the call: with the target the scope of its Idempotency-Key
	field  string         // the one with the rows
	fields map[string]any // those beside it
	status int            // of a row that went well
	// plan reads one row. Its Admin reads the tenant's settings once for all rows.
	plan func(a Admin, c call, row json.RawMessage) (task, error)
}

// task is the work of one row. Rows with the same target are done in their order, each
// with the outcomes of those before it; all others side by side.
type task struct {
	target string // "" for one of its own
	do     func(ctx context.Context, before []outcome) outcome
}

type outcome struct {
	inv *invite.Invite
	err error
}

// unsure reports whether the row may or may not have taken effect.
func (o outcome) unsure() bool {
	return o.err != nil && (invite.KindOf(o.err) == invite.Unavailable || invite.KindOf(o.err) == "")
}

// createMany serves POST /v1/invites/batch.
func (a Admin) createMany(w http.ResponseWriter, r *http.Request) error {
	return a.serve(w, r, many{name: "batch", field: "invites", fields: map[string]any{}, status: http.StatusCreated,
		plan: func(a Admin, c call, row json.RawMessage) (task, error) {
			fields, read := newInvite()
			if err := decodeObject(row, "", fields); err != nil {
				return task{}, err
			}
			n, err := read()
			if err != nil {
				return task{}, err
			}
			// An address that is none has no rows to share it with; Create says what is wrong.
			address, _ := invite.ParseAddress(n.Email, a.Service.ToASCII)
			return task{string(address), func(ctx context.Context, before []outcome) outcome {
				for _, o := range before {
					switch {
					case o.err == nil:
						return outcome{err: &invite.Error{Kind: invite.AlreadyPending, Invite: o.inv, Field: "/email",
							Text: "An earlier row of this batch has invited this address. Resend that invite to send a fresh link."}}
					case o.unsure():
						return outcome{err: notTried("An earlier row is about the same address, and nobody knows whether it took effect.")}
					}
				}
				// The target of an operation is its record, so the address need not be named.
				inv, err := a.Service.Create(ctx, c.row(strconv.Itoa(len(before)), fields), n)
				return outcome{inv, err}
			}}, nil
		}})
}

// resendMany serves POST /v1/invites/resend.
func (a Admin) resendMany(w http.ResponseWriter, r *http.Request) error {
	var confirm *string
	fields := map[string]any{"confirm": &confirm}
	return a.serve(w, r, many{name: "resend many", field: "ids", fields: fields, status: http.StatusOK,
		plan: eachID(func(ctx context.Context, a Admin, c call, id string) (*invite.Invite, error) {
			return a.resendOne(ctx, c.row(id, map[string]any{"confirm": confirm}), id, nil, orEmpty(confirm))
		})})
}

// cancelMany serves POST /v1/invites/cancel.
func (a Admin) cancelMany(w http.ResponseWriter, r *http.Request) error {
	return a.serve(w, r, many{name: "cancel many", field: "ids", fields: map[string]any{}, status: http.StatusOK,
		plan: eachID(func(ctx context.Context, a Admin, c call, id string) (*invite.Invite, error) {
			return a.Service.Cancel(ctx, c.row(id, nil), id, nil)
		})})
}

// eachID plans rows that are ids. One that is given twice is done once.
func eachID(do func(ctx context.Context, a Admin, c call, id string) (*invite.Invite, error)) func(Admin, call, json.RawMessage) (task, error) {
	return func(a Admin, c call, row json.RawMessage) (task, error) {
		var id *string
		if json.Unmarshal(row, &id) != nil || id == nil {
			return task{}, badRequest("", "Give the id of an invite.")
		}
		return task{*id, func(ctx context.Context, before []outcome) outcome {
			if len(before) > 0 {
				return before[0]
			}
			inv, err := do(ctx, a, c, *id)
			return outcome{inv, err}
		}}, nil
	}
}

func (a Admin) serve(w http.ResponseWriter, r *http.Request, m many) error {
	var rows []json.RawMessage
	m.fields[m.field] = &rows
	c, err := a.openUpTo(maxManyBody, r, m.name, m.fields)
	if err != nil {
		return err
	}
	if c.ifMatch != nil {
		return badRequest("", "If-Match is for a call about one invite.")
	}
	if len(rows) < 1 || len(rows) > maxRows {
		return badRequest("/"+m.field, fmt.Sprintf("Give 1 to %d rows.", maxRows))
	}
	ctx := r.Context()
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-answerTime))
		defer cancel()
	}
	a = a.remembering(ctx, c.Tenant)
	writeJSON(w, http.StatusOK, map[string][]Result{"results": a.results(r, m, m.outcomes(ctx, a, c, rows))})
	return nil
}

// outcomes does the rows. What there is no time for has not been tried.
func (m many) outcomes(ctx context.Context, a Admin, c call, rows []json.RawMessage) []outcome {
	outcomes, tasks, groups := make([]outcome, len(rows)), make([]task, len(rows)), map[string][]int{}
	for n, row := range rows {
		if tasks[n], outcomes[n].err = m.plan(a, c, row); outcomes[n].err != nil {
			continue
		}
		if tasks[n].target == "" {
			tasks[n].target = "\x00" + strconv.Itoa(n)
		}
		groups[tasks[n].target] = append(groups[tasks[n].target], n)
	}
	slots := make(chan struct{}, rowsAtOnce)
	var wg sync.WaitGroup
	for n := range rows {
		group := groups[tasks[n].target]
		if tasks[n].do == nil || group[0] != n {
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			var before []outcome
			for _, i := range group {
				outcomes[i].err = notTried("There was no time left for this row.")
				if ctx.Err() == nil {
					outcomes[i] = tasks[i].do(ctx, before)
				}
				before = append(before, outcomes[i])
			}
		})
	}
	wg.Wait()
	return outcomes
}

func notTried(why string) error {
	return &invite.Error{Kind: invite.Unavailable, RetryAfter: time.Second,
		Text: why + " Repeat the call with the same Idempotency-Key: what was done is not done again."}
}

// results puts outcomes into words. Pointers lead from the call's body into the row.
func (a Admin) results(r *http.Request, m many, outcomes []outcome) []Result {
	results, now := make([]Result, len(outcomes)), a.Now()
	for n, o := range outcomes {
		results[n] = Result{Index: n, Status: m.status}
		if o.err == nil {
			v := viewOf(o.inv, now)
			results[n].Invite = &v
			continue
		}
		p, retry := problemOf(o.err)
		p.RequestID, p.RetryAfter = requestID(r), wholeSeconds(retry)
		row := "/" + m.field + "/" + strconv.Itoa(n)
		for i := range p.Errors {
			p.Errors[i].Pointer = row + p.Errors[i].Pointer
		}
		if len(p.Errors) == 0 && p.Status == http.StatusBadRequest {
			p.Errors = []ProblemField{{Pointer: row, Detail: p.Detail}}
		}
		logFailure(r, p.Status, p.Code, o.err, "row", n)
		results[n].Status, results[n].Problem = p.Status, &p
	}
	return results
}

// remembering returns the same API for one call of many: it reads what it needs to know
// of the tenant once, when a row first asks for it.
func (a Admin) remembering(ctx context.Context, t invite.TenantID) Admin {
	fromSettings, fromStanding := a.Settings, a.Service.Standing
	read := settings(sync.OnceValues(func() (invite.Settings, error) { return fromSettings.Settings(ctx, t) }))
	service := *a.Service
	service.Settings = read
	service.Standing = standing(sync.OnceValues(func() (invite.Standing, error) { return fromStanding.Standing(ctx, t) }))
	a.Service, a.Settings = &service, read
	return a
}

type (
	settings func() (invite.Settings, error)
	standing func() (invite.Standing, error)
)

func (s settings) Settings(context.Context, invite.TenantID) (invite.Settings, error) { return s() }
func (s standing) Standing(context.Context, invite.TenantID) (invite.Standing, error) { return s() }
