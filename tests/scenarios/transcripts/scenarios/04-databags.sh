# Databags: who may read and write which, and in which hook.
q deploy ./prov.charm prov -n 2
q deploy ./req.charm req
q deploy ./req.charm req2
settle "idle('prov',2) && idle('req',1) && idle('req2',1) && [0,1].every(n => ran('prov/'+n,'cluster-relation-changed')) && ran('req/0','start') && ran('req2/0','start')"
skip prov/0 prov/1 req/0
for h in created joined changed departed broken; do
  on prov.database-relation-$h <<'L'
relation-ids database
relation-list --format=json
relation-list --app
relation-get --format=json k
relation-get --format=json k req/0
relation-get --app --format=json - req
relation-get --app --format=json - prov
relation-get --format=json own $JUJU_UNIT_NAME
relation-set own=$JUJU_HOOK_NAME
L
done
for h in departed broken; do
  on req.db-relation-$h <<'L'
relation-ids db
relation-list --format=json
relation-get --format=json
relation-get --format=json own prov/1
relation-get --app --format=json - prov
relation-get --app --format=json - req
L
done
say the first hooks
j integrate prov:database req:db
settle "ran('prov/0','database-relation-changed') && ran('prov/1','database-relation-changed') && ran('req/0','db-relation-changed') > 1"
hooks prov/0 prov/1
off prov.database-relation-created; off prov.database-relation-joined; off prov.database-relation-changed
skip req/0
say who may do what
t req/0 <<'L'
relation-set -r 1 k=1
relation-set -r 1 --app a=1 b=2
relation-set -r 1 --app a=
relation-get -r 1 --app --format=json - req
relation-get -r 1 --app --format=json - prov/0
relation-get -r 1 --format=json own prov/1
relation-set -r cluster:0 a=b
relation-ids cluster
L
settle # prov/1 goes by what it has read before, until its hooks for what req/0 has written
t prov/1 <<'L'
relation-get -r 1 --app - prov
relation-get -r 1 --app - req
relation-get -r 1 k req/0
relation-get -r 1 --format=json own prov/0
relation-get -r 1 - req/1
relation-get -r 1 - req2/0
relation-get -r 1 --app - req2
relation-get -r 1 - nope/0
relation-get -r 1 - req
relation-get -r 1
relation-get -r 9 - req/0
relation-set -r 1 --app a=b
relation-set -r 1 a=b
relation-get -r cluster:0 --app --format=json - prov
relation-set -r cluster:0 --app a=b
L
t req2/0 <<'L'
relation-ids db
relation-get -r 1 - prov/0
relation-list -r 1
L
settle "ran('prov/0','database-relation-changed') > 1 && ran('prov/1','database-relation-changed') > 1"
skip prov/0 prov/1 req/0
say a unit goes
j remove-unit --no-prompt prov/1
settle "idle('prov',1) && ran('req/0','db-relation-departed') && ran('prov/0','database-relation-changed') > 2 && ran('prov/0','cluster-relation-departed')"
hooks prov/1 req/0
skip prov/0
say the relation goes
j remove-relation prov req
settle "ran('prov/0','database-relation-broken') && ran('req/0','db-relation-broken')"
hooks prov/0 | sed '/^database-relation-broken/,$!d'
hooks req/0
t prov/0 <<'L'
relation-ids database
relation-get -r 1 - req/0
L
say it comes again, empty
off prov.database-relation-changed
j integrate prov:database req:db
settle "ran('prov/0','database-relation-changed') > 4 || (ran('prov/0','database-relation-joined') > 1 && ran('req/0','db-relation-joined') > 2)"
t prov/0 <<'L'
relation-ids database
relation-get -r 2 --format=json own prov/0
relation-get -r 2 --format=json k req/0
relation-get -r 2 --app --format=json - req
L
