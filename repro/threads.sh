P=$1; S=$2
snap() { for t in /proc/$P/task/*; do echo "$(basename $t) $(cut -d' ' -f1,2,3 $t/schedstat)"; done; }
snap > /tmp/s1; sleep $S; snap > /tmp/s2
join /tmp/s1 /tmp/s2 | awk -v s=$S '{r=($5-$2)/1e9/s; if (r>0.005) printf "tid %s run %.1f%% wait %.1f%% slices/s %d  µs/slice %.1f\n",$1,r*100,($6-$3)/1e7/s,($7-$4)/s,($5-$2)/1000/($7-$4)}'
