# Removals: of relations, units, applications; the order of their last hooks; refusals.
for a in prov.database req.db; do on $a-relation-broken <<'L'
relation-ids $JUJU_RELATION
relation-list --format=json
L
done
q deploy ./prov.charm prov -n 2
q deploy ./req.charm req -n 2
q integrate prov:database req:db
settle "idle('prov',2) && idle('req',2) && [0,1].every(n => ran('prov/'+n,'cluster-relation-changed')) && [0,1].every(n => ran('prov/'+n,'database-relation-changed') > 1 && ran('req/'+n,'db-relation-changed') > 1)"
skip prov/0 prov/1 req/0 req/1
say refusals
j remove-unit --no-prompt prov/9
j remove-unit --no-prompt prov
j remove-unit --no-prompt
j remove-unit --no-prompt prov --num-units 1
j remove-application --no-prompt nope
j remove-application --no-prompt
j remove-relation prov nope
j remove-relation prov:other req:db2
j remove-relation prov:cluster prov:cluster
j remove-relation 99
j remove-relation prov
j remove-relation
j remove-unit prov/1
j remove-application prov
say a unit
j remove-unit --no-prompt req/1
settle "idle('req',1) && [0,1].every(n => ran('prov/'+n,'database-relation-departed'))"
hooks prov/0 prov/1 req/0 req/1
say two units at once
j add-unit req -n 2
settle "idle('req',3) && ['req/2','req/3'].every(u => ran(u,'db-relation-changed') > 1)"
skip prov/0 prov/1 req/0 req/2 req/3
j remove-unit --no-prompt req/2 req/3 req/9
settle "idle('req',1) && [0,1].every(n => ran('prov/'+n,'database-relation-departed') > 2)"
hooks prov/0 prov/1 req/0 req/2 req/3
say the relation
j remove-relation prov req
settle "ran('req/0','db-relation-broken') && [0,1].every(n => ran('prov/'+n,'database-relation-broken'))"
hooks prov/0 prov/1 req/0
j remove-relation prov req
say by its id
j integrate prov:database req:db
settle "ran('req/0','db-relation-changed') > 3 && [0,1].every(n => ran('prov/'+n,'database-relation-changed') > 4)"
skip prov/0 prov/1 req/0
j remove-relation 2
settle "ran('req/0','db-relation-broken') > 1 && [0,1].every(n => ran('prov/'+n,'database-relation-broken') > 1)"
hooks prov/0 prov/1 req/0
say an application
j integrate prov:database req:db
settle "ran('req/0','db-relation-changed') > 5 && [0,1].every(n => ran('prov/'+n,'database-relation-changed') > 5)"
skip prov/0 prov/1 req/0
j remove-application --no-prompt prov
settle "gone('prov') && ran('req/0','db-relation-broken') > 2"
hooks prov/0 prov/1 req/0
say the last unit of an application
j remove-unit --no-prompt req/0
settle "idle('req',0)"
hooks req/0
j status req | node "$LIB/tabular.mjs"
j add-unit req
settle "idle('req',1) && ran('req/4','start')"
hooks req/4
