// The lines that the README asks for, as far as its test needs them.
global using ActorPool;
global using Akka.Actor;
global using Dapper;
