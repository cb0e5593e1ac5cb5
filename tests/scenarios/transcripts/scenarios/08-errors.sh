# Failing hooks: what goes on and what waits, resolved with and without another run, units and relations that go meanwhile.
"$JUJU" model-config automatically-retry-hooks=false
q deploy ./prov.charm prov -n 2
q deploy ./req.charm req
settle "idle('prov',2) && idle('req',1) && ran('req/0','start') && [0,1].every(n => ran('prov/'+n,'cluster-relation-changed'))"
q integrate prov:database req:db
settle "ran('req/0','db-relation-changed') > 1 && [0,1].every(n => ran('prov/'+n,'database-relation-changed'))"
skip prov/0 prov/1 req/0
show() { "$JUJU" status "$@" --format=json | node -e '
const s = JSON.parse(require("fs").readFileSync(0));
for (const [n, a] of Object.entries(s.applications)) {
  console.log(n, [a["application-status"].current, a["application-status"].message ?? ""].join(": "));
  for (const [m, u] of Object.entries(a.units ?? {}))
    console.log(m, [u["workload-status"].current, u["workload-status"].message ?? ""].join(": "), u["juju-status"].current, u["juju-status"].life ?? "");
}'; }
say refusals
j resolved prov/0
j resolved prov/9
j resolved prov
j resolved
say install fails and is taken as done
on prov2.install <<'L'
status-set blocked 'no way'
exit 3
L
q deploy ./prov.charm prov2
settle "failed('prov2/0')"
show prov2
t prov2/0 <<'L'
is-leader
status-get --include-data --format=json
L
j resolved --no-retry prov2/0
settle "!failed('prov2/0') && ran('prov2/0','start')"
hooks prov2/0
show prov2
say start fails, and waits for somebody
on prov3.start <<'L'
exit 1
L
q deploy ./prov.charm prov3
settle "failed('prov3/0')"
hooks prov3/0
j config prov3 s=x
q add-unit prov3
settle "failed('prov3/1')"
hooks prov3/0 prov3/1
off prov3.start
j resolved --all
settle "!failed('prov3/0') && !failed('prov3/1') && [0,1].every(n => ran('prov3/'+n,'cluster-relation-changed'))"
hooks prov3/0 prov3/1
say joined fails for a unit that goes meanwhile
on req.db-relation-joined <<'L'
relation-list --format=json
relation-get --format=json ingress-address | grep -c "[.]"
exit 1
L
q add-unit prov
settle "failed('req/0') && ran('prov/2','cluster-relation-changed') > 1"
show req
q remove-unit --no-prompt prov/2
settle "idle('prov',2)"
hooks req/0
j resolved req/0
settle "failed('req/0') && ran('req/0','db-relation-joined') > 3"
off req.db-relation-joined
j resolved req/0
settle "!failed('req/0') && ran('req/0','db-relation-departed')"
hooks req/0
skip prov/0 prov/1
say departed and broken fail in a unit that goes
on prov-1.database-relation-departed <<'L'
exit 1
L
on prov-1.database-relation-broken <<'L'
exit 1
L
q remove-unit --no-prompt prov/1
settle "failed('prov/1') && ran('req/0','db-relation-departed') > 1"
hooks prov/1 req/0 prov/0
show prov
j status prov --relations | node "$LIB/tabular.mjs" | grep prov
j resolved --no-retry prov/1
settle "failed('prov/1') && ran('prov/1','database-relation-broken')"
hooks prov/1 req/0
off prov-1.database-relation-broken
j resolved prov/1
settle "idle('prov',1)"
hooks prov/1
say the relation goes while changed fails
on req.db-relation-changed <<'L'
relation-list --format=json
relation-ids db
exit 1
L
t prov/0 <<'L'
relation-set -r 1 q=1
L
settle "failed('req/0')"
j remove-relation prov req
settle "ran('prov/0','database-relation-broken')"
hooks prov/0 req/0
t prov/0 <<'L'
relation-ids database
L
j resolved --no-retry req/0
settle "ran('req/0','db-relation-broken')"
hooks req/0
t prov/0 <<'L'
relation-ids database
L
say stop fails
on req.stop <<'L'
exit 1
L
q remove-application --no-prompt req
settle "failed('req/0')"
hooks req/0
show req
j remove-application --no-prompt --force req
settle "gone('req')"
hooks req/0
say a unit in error is removed, and without waiting
on prov.config-changed <<'L'
exit 1
L
on prov3.config-changed <<'L'
exit 1
L
q config prov s=zz
q config prov3 s=zz
settle "failed('prov/0') && failed('prov3/0') && failed('prov3/1')"
skip prov3/0 prov3/1
q remove-unit --no-prompt prov/0
settle
hooks prov/0
show prov
off prov.config-changed
j resolved prov/0
settle "idle('prov',0)"
hooks prov/0
j remove-unit --no-prompt --no-wait prov3/0
j remove-unit --no-prompt --force --no-wait prov3/0
settle "idle('prov3',1)"
hooks prov3/0 prov3/1
off prov3.config-changed
j resolved prov3/1
settle "!failed('prov3/1') && ran('prov3/1','leader-elected') && ran('prov3/1','cluster-relation-departed')"
hooks prov3/1 | sort
