.PHONY: run test lock

run:
	./portal run

test:
	./portal test

lock:
	./portal lock
