# Peer relations: three units come, the leader and others write, one goes, one comes again.
on prov.cluster-relation-joined <<'L'
relation-list --format=json
L
q deploy ./prov.charm prov -n 3
settle "idle('prov',3) && ['0','1','2'].every(n => ran('prov/'+n,'cluster-relation-changed') > 1)"
skip prov/0 prov/1 prov/2
off prov.cluster-relation-joined
say a unit writes its bag
t prov/1 <<'L'
relation-set -r cluster:0 mine=1
relation-get -r cluster:0 mine prov/1
relation-get -r cluster:0 mine prov/0
L
settle "ran('prov/0','cluster-relation-changed') > 2"
hooks prov/0 prov/1 prov/2
say the leader writes the application bag
on prov.cluster-relation-changed <<'L'
relation-get --format=json
relation-get --app --format=json - prov
L
t prov/0 <<'L'
relation-set -r cluster:0 --app all=1
L
settle "ran('prov/0','cluster-relation-changed') > 3"
hooks prov/0 prov/1 prov/2
say others may read it and not write it
t prov/1 <<'L'
relation-get -r cluster:0 --app all prov
relation-set -r cluster:0 --app all=2
relation-set -r cluster:0 all=2
relation-list -r cluster:0 --app
L
settle "ran('prov/0','cluster-relation-changed') > 4"
hooks prov/0 prov/1 prov/2
say same values
t prov/0 <<'L'
relation-set -r cluster:0 --app all=1
L
settle
hooks prov/0 prov/1 prov/2
off prov.cluster-relation-changed
say one goes
on prov.cluster-relation-departed <<'L'
relation-list --format=json
relation-ids cluster
relation-get --format=json all
relation-get --format=json all prov/1
relation-get --app --format=json - prov
L
on prov.stop <<'L'
relation-list -r cluster:0 --format=json
relation-get -r cluster:0 --app --format=json - prov
relation-ids cluster
status-get
goal-state --format=json | sed 's/20[0-9-]* [0-9:]*Z/T/g'
L
on prov.remove <<'L'
status-get --include-data --format=json
relation-ids cluster
L
j remove-unit --no-prompt prov/1
settle "idle('prov',2) && ran('prov/0','cluster-relation-departed') && ran('prov/2','cluster-relation-departed')"
hooks prov/0 prov/1 prov/2
t prov/0 <<'L'
relation-list -r cluster:0 --format=json
relation-get -r cluster:0 --format=json all prov/1
L
say one comes
j add-unit prov
settle "idle('prov',3) && ran('prov/3','cluster-relation-changed') > 2"
hooks prov/0 prov/1 prov/2 prov/3
say the leader goes
skip prov/0 prov/2 prov/3
off prov.cluster-relation-departed
off prov.stop
off prov.remove
j remove-unit --no-prompt prov/0
settle "idle('prov',2) && ran('prov/2','cluster-relation-departed') > 1 && ran('prov/3','cluster-relation-departed') && ran('prov/2','leader-elected') + ran('prov/3','leader-elected') > 0"
hooks prov/0 prov/2 prov/3
say all go
j remove-application --no-prompt prov
settle "gone('prov')"
hooks prov/2 prov/3
j deploy ./prov.charm prov
settle "idle('prov',1) && ran('prov/4','start')"
hooks prov/4
