namespace ActorPool.Psycopg2;

/// <summary>The steps of a sequence: calls of the pool, and acts of borrowers and of an administrator between them.</summary>
public enum CallKind
{
    /// <summary>getconn, with or without a key.</summary>
    Get,

    /// <summary>putconn, with or without the key and the wish to close.</summary>
    Put,

    /// <summary>The lease is disposed; a plain putconn for psycopg2.</summary>
    Dispose,

    /// <summary>putconn, without a key, of a connection that this pool has never lent.</summary>
    PutStranger,

    /// <summary>closeall.</summary>
    CloseAll,

    /// <summary>The borrower opens a transaction. With psycopg2 any statement does.</summary>
    Begin,

    /// <summary>A statement fails in a transaction, which is opened when there is none.</summary>
    Fail,

    /// <summary>The borrower ends its transaction, open or failed.</summary>
    End,

    /// <summary>The borrower takes an advisory lock: session state that outlives the return.</summary>
    Mark,

    /// <summary>The borrower closes the driver's connection.</summary>
    UserClose,

    /// <summary>An administrator terminates the backend; the loss is not noticed yet.</summary>
    Kill,

    /// <summary>A statement of the borrower on the lost connection fails.</summary>
    Notice,
}
